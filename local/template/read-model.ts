import type { SynthesizedStack } from './assembly.ts';
import { IntrinsicResolver } from './intrinsics.ts';
import type { LambdaFunction, RestApi, ServedModel } from './model.ts';
import { readApis } from './read-apis.ts';
import { readFunctions } from './read-functions.ts';
import { unservedParts } from './served-properties.ts';

/** Reads what the runtime serves of a set of stacks, and names what it does not. */
export function readModel(stacks: readonly SynthesizedStack[]): ServedModel {
  const apis: RestApi[] = [];
  const functions: LambdaFunction[] = [];
  const warnings: string[] = [];
  for (const stack of stacks) {
    const resolver = new IntrinsicResolver(stack.name, stack.template);
    const warn = (line: string) => void warnings.push(line);
    unservedParts(stack.template).forEach(warn);
    functions.push(...readFunctions(stack, resolver, warn));
    apis.push(...readApis(stack.template, resolver, warn));
    for (const intrinsic of resolver.unresolved) warn(`${stack.name}: can not resolve ${intrinsic}`);
  }
  return { apis, functions, warnings };
}
