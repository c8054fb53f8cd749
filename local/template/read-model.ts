/**
 * template/ reads the synthesized template into a model that the rest of local/ works with. The way in is `readModel`.
 * All parsing is done here: a template that cannot be read fails at start, and a part that is not served is a warning.
 */
import type { SynthesizedStack } from './assembly.ts';
import type { ServedModel } from './model.ts';
import { readApis } from './read-apis.ts';
import { readDomains } from './read-domains.ts';
import { readFunctions } from './read-functions.ts';
import { readManagedPolicies, readRoles } from './read-iam.ts';
import { type ServedResources, unservedParts } from './served-properties.ts';
import { Stack } from './stack.ts';

/** Reads a set of stacks. `served` tells which further resources are served, by the stand-ins of AWS. */
export function readModel(synthesized: readonly SynthesizedStack[], served: ServedResources = {}): ServedModel {
  const stacks = synthesized.map((stack) => new Stack(stack));
  const warnings = stacks.flatMap((stack) => unservedParts(stack, served));
  const warn = (line: string) => void warnings.push(line);
  const model = {
    stacks,
    apis: stacks.flatMap((stack) => readApis(stack, warn)),
    functions: stacks.flatMap((stack) => readFunctions(stack, warn)),
    domains: stacks.flatMap(readDomains),
    roles: stacks.flatMap((stack) => readRoles(stack, warn)),
    managedPolicies: stacks.flatMap(readManagedPolicies),
    outputs: stacks.map((stack) => ({ stackName: stack.name, outputs: stack.outputs() })),
    warnings,
  };
  const readLater = Object.keys(served).filter((type) => served[type] !== 'ignored');
  for (const stack of stacks) {
    for (const type of readLater) stack.resources(type); // resolves them, so that their warnings are complete
    for (const intrinsic of stack.unresolved) warn(`${stack.name}: cannot resolve ${intrinsic}`);
  }
  return model;
}
