import { arnOf } from '../account.ts';
import type { JsonAnswer } from '../http/http-json.ts';
import type { StackOutputs } from '../template/model.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { StandIn } from './stand-in.ts';

/** A stand-in for CloudFormation: `DescribeStacks` of one stack, for its outputs. */
export const cloudFormation = {
  resources: {},
  start: ({ running }) => ({
    async call(call: AwsCall) {
      return describeStack((await running).outputs, call);
    },
  }),
} satisfies StandIn;

async function describeStack(stacks: readonly StackOutputs[], { body, require }: AwsCall): Promise<JsonAnswer> {
  const form = new URLSearchParams(body.toString('utf8'));
  const stackName = form.get('StackName') ?? '';
  if (form.get('Action') !== 'DescribeStacks')
    throw new AwsError('UnknownOperationException', `${form.get('Action')} of CloudFormation is not served locally`);
  const resource = arnOf('cloudformation', `stack/${stackName}/local`);
  await require({ action: 'cloudformation:DescribeStacks', resource, status: 403 });
  const stack = stacks.find((candidate) => candidate.stackName === stackName);
  if (!stack) {
    const error = `<Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${xml(stackName)} does not exist</Message></Error>`;
    return { status: 400, contentType, body: `<ErrorResponse>${error}<RequestId>local</RequestId></ErrorResponse>` };
  }
  const outputs = Object.entries(stack.outputs).map(
    ([key, value]) => `<member><OutputKey>${xml(key)}</OutputKey><OutputValue>${xml(value)}</OutputValue></member>`,
  );
  const member = `<member><StackName>${xml(stackName)}</StackName><StackId>${resource}</StackId><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>1970-01-01T00:00:00Z</CreationTime><Outputs>${outputs.join('')}</Outputs></member>`;
  return {
    status: 200,
    contentType,
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks>${member}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
}

const contentType = 'text/xml';

function xml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
