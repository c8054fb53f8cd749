/** Where the runtime pretends to be. */
export const aws = {
  region: 'us-east-1',
  accountId: '123456789012',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
} as const;

const withoutRegion = ['iam', 'sts'];
const withoutAccount = ['apigateway'];

/** The ARN of a resource in the account, for example of `lambda` and `function:NAME`. */
export function arnOf(service: string, resource: string): string {
  const region = withoutRegion.includes(service) ? '' : aws.region;
  const account = withoutAccount.includes(service) ? '' : aws.accountId;
  return `arn:${aws.partition}:${service}:${region}:${account}:${resource}`;
}
