/**
 * template/ reads the synthesized template into a model for the rest of local/. The entry point is `readModel`. All parsing
 * is done here: an invalid template fails at start, and a part that is not served is a warning.
 */
import type { SynthesizedStack } from './assembly.ts';
import type { LambdaFunction, Role, ServedModel } from './model.ts';
import { readApis } from './read-apis.ts';
import { readDomains } from './read-domains.ts';
import { readFunctions } from './read-functions.ts';
import { readManagedPolicies, readRoles } from './read-iam.ts';
import { type ServedResources, unservedParts } from './served-properties.ts';
import { Stack } from './stack.ts';

/** Reads a set of stacks. `served` names the resources that the AWS stand-ins serve. */
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
  model.roles.push(...unknownRoles(model.functions, model.roles, warn));
  const readLater = Object.keys(served).filter((type) => served[type] !== 'ignored');
  for (const stack of stacks) {
    for (const type of readLater) stack.resources(type); // resolves them, so that their warnings are complete
    for (const intrinsic of stack.unresolved) warn(`${stack.name}: cannot resolve ${intrinsic}`);
  }
  return model;
}

/** Roles of functions that are in no template, such as an account's existing role. Their permissions are unknown here. */
function unknownRoles(
  functions: readonly LambdaFunction[],
  roles: readonly Role[],
  warn: (line: string) => void,
): Role[] {
  const arns = new Set<string>();
  for (const { logicalId, roleArn } of functions) {
    if (roles.some(({ arn }) => arn === roleArn)) continue;
    warn(`AWS::Lambda::Function ${logicalId}: its role ${roleArn} is in no template, so it runs without permissions`);
    arns.add(roleArn);
  }
  const trustPolicy = {
    Statement: [{ Effect: 'Allow' as const, Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  return [...arns].map((arn) => ({ name: arn.split('/').at(-1) ?? arn, arn, trustPolicy, policies: [] }));
}
