import type { SynthesizedStack } from './assembly.ts';
import { IntrinsicResolver } from './intrinsics.ts';
import type {
  Domain,
  LambdaFunction,
  ManagedPolicy,
  Queue,
  RestApi,
  Role,
  ServedModel,
  StackOutputs,
  Table,
} from './model.ts';
import { readApis } from './read-apis.ts';
import { readDomains } from './read-domains.ts';
import { readFunctions } from './read-functions.ts';
import { readManagedPolicies, readRoles } from './read-iam.ts';
import { readQueues, readScheduleGroups } from './read-queues.ts';
import { readTables } from './read-tables.ts';
import { unservedParts } from './served-properties.ts';

/** Reads what the runtime serves of a set of stacks, and names what it does not. */
export function readModel(stacks: readonly SynthesizedStack[]): ServedModel {
  const apis: RestApi[] = [];
  const functions: LambdaFunction[] = [];
  const roles: Role[] = [];
  const managedPolicies: ManagedPolicy[] = [];
  const queues: Queue[] = [];
  const tables: Table[] = [];
  const domains: Domain[] = [];
  const scheduleGroups: string[] = [];
  const stackOutputs: StackOutputs[] = [];
  const warnings: string[] = [];
  for (const stack of stacks) {
    const resolver = new IntrinsicResolver(stack.name, stack.template);
    const warn = (line: string) => void warnings.push(line);
    unservedParts(stack.template).forEach(warn);
    functions.push(...readFunctions(stack, resolver, warn));
    apis.push(...readApis(stack.template, resolver, warn));
    roles.push(...readRoles(stack.template, resolver, warn));
    queues.push(...readQueues(stack.template, resolver));
    domains.push(...readDomains(stack.template, resolver));
    tables.push(...readTables(stack.template, resolver));
    scheduleGroups.push(...readScheduleGroups(stack.template, resolver));
    managedPolicies.push(...readManagedPolicies(stack.template, resolver));
    stackOutputs.push({
      stackName: stack.name,
      outputs: Object.fromEntries(
        Object.entries(stack.template.Outputs).map(([name, { Value }]) => [name, String(resolver.resolve(Value))]),
      ),
    });
    for (const intrinsic of resolver.unresolved) warn(`${stack.name}: can not resolve ${intrinsic}`);
  }
  return {
    apis,
    functions,
    queues,
    tables,
    domains,
    scheduleGroups,
    roles,
    managedPolicies,
    stacks: stackOutputs,
    warnings,
  };
}
