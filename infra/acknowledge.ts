import type { IConstruct } from 'constructs';

/**
 * Records in the template's metadata why a rule of cdk-nag does not apply. The CDK's own method for it, `Validations.acknowledge`,
 * is missing or refuses such ids in versions that adopters use.
 */
export function acknowledge(scope: IConstruct, { id, reason }: { readonly id: string; readonly reason: string }): void {
  scope.node.addMetadata('aws:cdk:acknowledged-rules', { [`annotation::${id}`]: reason });
}
