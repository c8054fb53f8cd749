import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { awsFailure } from './aws-failure.ts';

/** A stack on AWS. */
export interface DeployedStack {
  readonly accountId: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Reads a stack with the AWS credential chain (`cloudformation:DescribeStacks`); `undefined` if it does not exist. Throws a
 * CommandFailure.
 */
export async function describeStack(stack: string): Promise<DeployedStack | undefined> {
  try {
    const { Stacks = [] } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stack }));
    const [, , , region = '', accountId = ''] = (Stacks[0]?.StackId ?? '').split(':');
    const outputs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
    return { accountId, region, outputs: Object.fromEntries(outputs) };
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist'))
      return undefined;
    throw awsFailure(error, `read the outputs of the stack ${stack}`);
  }
}
