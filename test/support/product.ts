import { readFileSync } from 'node:fs';
import { App, type AppProps, Aspects, CfnOutput, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { ApiKeyAuth } from '../../infra/api-key-auth.ts';
import { ApiFunction } from '../../infra/lambda/api-function.ts';
import { readSettings } from '../../infra/settings.ts';

// The product in tests: a separate stack and context, so that a clone's settings and routes do not affect the tests.

const { context }: { context: Record<string, unknown> } = JSON.parse(
  readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
);
/** The CDK's own flags. Settings have names without a colon. */
const flags = Object.fromEntries(Object.entries(context).filter(([name]) => name.includes(':')));

/** All settings that add resources. */
export const everySetting = {
  decisionCacheSeconds: 60,
  outageGraceSeconds: 3600,
  authorizerProvisionedConcurrency: 5,
  docsUrl: 'https://docs.example.com/errors',
  canary: true,
  scopes: 'notes:read notes:write',
  maxKeyLifetimeDays: 365,
  defaultKeyLifetimeDays: 90,
  expiryReminders: true,
  acceptSessions: 'https://app.example.com',
  acceptClients: 'https://api.example.com',
  plans: {
    free: { rate: 5, burst: 10, quota: 1000, period: 'DAY' as const },
    pro: { rate: 50, burst: 100 },
  },
  portal: true,
  productName: 'Acme Cloud',
  tracing: true,
  authorizerReservedConcurrency: 100,
  reservedConcurrencyForRevocation: 5,
  customerManagedKey: true,
  waf: true,
  domainName: 'api.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc',
  disableDefaultEndpoint: true,
};

/** An app with the project's CDK flags and only these settings. Without `outdir`, the functions' bundles are not copied. */
export function newApp(settings: object = {}, props: AppProps = {}): App {
  const staging = props.outdir ? {} : { [DISABLE_ASSET_STAGING_CONTEXT]: true };
  return new App({ ...props, context: { ...flags, ...staging, ...settings } });
}

/** An API behind keys, with one data route. */
export class ProductStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const config = readSettings(this.node.getAllContext(), '/no/settings/');
    const auth = new ApiKeyAuth(this, 'Default', config);
    auth.dataRoute(
      'GET',
      '/whoami',
      new ApiFunction(this, 'Whoami', { entry: 'whoami', memoryMb: 512, config }),
      'whoami',
    );
    if (auth.customerManagedKey) Aspects.of(this).add(auth.customerManagedKey);
    const { operators, audit, monitoring } = auth;
    const outputs = {
      ApiUrl: auth.url,
      OperatorApiUrl: operators.url,
      OperatorPolicyArn: operators.policy.managedPolicyArn,
      OrganizationOperatorPolicyArn: operators.organizationPolicy.managedPolicyArn,
      AuditEventBusName: audit.bus.eventBusName,
      DecisionTableName: auth.decisionTableName,
      WorkQueueUrl: auth.workQueue.queueUrl,
      DeadLetterQueueUrl: auth.deadLetterQueue.queueUrl,
      ...(monitoring ? { AlarmTopicArn: monitoring.topic.topicArn } : {}),
      ScalekitParameterPath: auth.parameterPath,
      Settings: JSON.stringify(config),
      ...(auth.domainAliasTarget ? { DomainAliasTarget: auth.domainAliasTarget } : {}),
      ...(auth.domainAliasHostedZoneId ? { DomainAliasHostedZoneId: auth.domainAliasHostedZoneId } : {}),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** The product's template with some settings. */
export function synthesizeProduct(settings: object = {}): Template {
  return Template.fromStack(new ProductStack(newApp(settings), 'Test'));
}
