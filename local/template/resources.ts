import type { Template } from './assembly.ts';
import type { IntrinsicResolver } from './intrinsics.ts';

/** The resources of one type, by logical id, each with its properties resolved. */
export function resourcesOf(
  template: Template,
  resolver: IntrinsicResolver,
  type: string,
): [logicalId: string, properties: unknown][] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([logicalId, { Properties }]) => [logicalId, resolver.resolve(Properties)]);
}
