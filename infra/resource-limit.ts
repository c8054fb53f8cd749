import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** CloudFormation's limit per stack. */
const maxResources = 500;

/** Fails the synthesis, with the way out, for a stack that CloudFormation would refuse. */
export function requireRoomInStack(scope: Construct): void {
  const stack = Stack.of(scope);
  const validate = () => {
    const count = stack.node
      .findAll()
      .filter((node) => CfnResource.isCfnResource(node) && Stack.of(node) === stack).length;
    if (count <= maxResources) return [];
    return [
      `ApiKeyAuth: the stack ${stack.node.path} has ${count} resources, and CloudFormation allows ${maxResources}: put routes into a stack of their own, with { authorizer: auth.authorizer }.`,
    ];
  };
  scope.node.addValidation({ validate });
}
