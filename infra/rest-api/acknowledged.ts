import { Stack, Validations } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';

/** The rules of cdk-nag's AwsSolutions that our REST APIs break on purpose, each with its reason. */
export function acknowledgeRestApiRules(api: RestApi): void {
  const because = (rule: string, reason: string) =>
    Validations.of(api).acknowledge({ id: `AwsSolutions-${rule}`, reason });
  because(
    'APIG2',
    'Each function parses its input by a schema, and names each field that does not fit: a validator can not.',
  );
  because('APIG6', 'Execution logs may hold keys. The access log has a line for each request, without any.');
  because('COG4', 'Whom to let in is decided by Scalekit for customers, and by AWS IAM for operators.');
  because(
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'The one role by which API Gateway writes the logs of all APIs of an account is to have the policy that AWS made for it.',
  );
}

/** Gives the reason why a policy names a resource with a wildcard; cdk-nag knows it by the ARN, its references in brackets. */
export function acknowledgeWildcard(scope: IConstruct, arn: string, reason: string): void {
  const resolved = Stack.of(scope).resolve(arn) as string | { 'Fn::Join': [string, (string | { Ref: string })[]] };
  const parts = typeof resolved === 'string' ? [resolved] : resolved['Fn::Join'][1];
  const text = parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
  const id = `AwsSolutions-IAM5[Resource::${text.replaceAll(/\$\{(.*?)\}/g, '<$1>')}]`;
  Validations.of(scope).acknowledge({ id, reason });
}
