import { Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** Acknowledges the cdk-nag AwsSolutions rules that our REST APIs break on purpose, each with its reason. */
export function acknowledgeRestApiRules(api: RestApi): void {
  const because = (rule: string, reason: string) => acknowledge(api, { id: `AwsSolutions-${rule}`, reason });
  because(
    'APIG2',
    'Each function validates its input with a schema and names each invalid field. A request validator cannot.',
  );
  because('APIG6', 'Execution logs may contain keys. The access log has one line per request, without keys.');
  because('COG4', 'Scalekit authenticates customers, and AWS IAM authenticates operators.');
  because(
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'API Gateway writes the logs of all APIs of an account with one role, which gets the AWS managed policy for it.',
  );
}

/** Records why a policy names a resource with a wildcard. cdk-nag identifies it by the ARN, with its references in brackets. */
export function acknowledgeWildcard(scope: IConstruct, arn: string, reason: string): void {
  const resolved = Stack.of(scope).resolve(arn) as string | { 'Fn::Join': [string, (string | { Ref: string })[]] };
  const parts = typeof resolved === 'string' ? [resolved] : resolved['Fn::Join'][1];
  const text = parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
  const id = `AwsSolutions-IAM5[Resource::${text.replaceAll(/\$\{(.*?)\}/g, '<$1>')}]`;
  acknowledge(scope, { id, reason });
}
