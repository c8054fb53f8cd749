import { Aspects, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { outputNames } from '../shared/deployment.ts';
import { ApiKeyAuth } from './api-key-auth.ts';
import type { Config } from './config.ts';
import { ApiFunction } from './lambda/api-function.ts';

interface ApiKeysStackProps extends StackProps {
  readonly config: Config;
}

/** An API behind keys, with one example of a backend. */
export class ApiKeysStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: ApiKeysStackProps) {
    super(scope, id, {
      description: 'API keys by Scalekit in front of an API Gateway REST API',
      terminationProtection: config.stage !== 'dev', // customers have its URL
      ...props,
    });

    const auth = new ApiKeyAuth(this, 'Default', config); // CDK omits the id `Default` from the ids of its parts
    const whoami = new ApiFunction(this, 'Whoami', { entry: 'whoami', memoryMb: 512, config });
    auth.dataRoute('GET', '/whoami', whoami);
    if (auth.customerManagedKey) Aspects.of(this).add(auth.customerManagedKey);

    const { operators, audit, monitoring } = auth;
    new CfnOutput(this, outputNames.apiUrl, { value: auth.url, description: "The customers' API" });
    new CfnOutput(this, outputNames.operatorUrl, { value: operators.url, description: "The operators' API" });
    new CfnOutput(this, 'OperatorPolicyArn', {
      value: operators.policy.managedPolicyArn,
      description: 'Attach it to operators who manage the keys of every organization',
    });
    new CfnOutput(this, 'OrganizationOperatorPolicyArn', {
      value: operators.organizationPolicy.managedPolicyArn,
      description: 'Attach it to operators who manage the keys of one organization, named by their tag organizationId',
    });
    new CfnOutput(this, outputNames.decisionTable, {
      value: auth.decisionTableName,
      description: 'The table of decisions and their marks',
    });
    new CfnOutput(this, outputNames.workQueue, {
      value: auth.workQueue.queueUrl,
      description: 'The queue of revocations that failed when they were due',
    });
    new CfnOutput(this, outputNames.deadLetters, {
      value: auth.deadLetterQueue.queueUrl,
      description: 'The queue of revocations that failed for hours',
    });
    new CfnOutput(this, outputNames.auditBus, {
      value: audit.bus.eventBusName,
      description: 'The event bus that gets every change of a key',
    });
    for (const id of ['ServerErrors', 'OutageRate'] as const)
      new CfnOutput(this, `${id}AlarmArn`, {
        value: monitoring.alarm(id).alarmArn,
        description: 'Use it as a rollback trigger of deployments',
      });
    new CfnOutput(this, 'AlarmTopicArn', { value: monitoring.topic.topicArn, description: 'The topic of every alarm' });
    if (auth.domainAliasTarget)
      new CfnOutput(this, 'DomainAliasTarget', {
        value: auth.domainAliasTarget,
        description: 'The target of a DNS alias record for the domain',
      });
    if (auth.domainAliasHostedZoneId)
      new CfnOutput(this, 'DomainAliasHostedZoneId', {
        value: auth.domainAliasHostedZoneId,
        description: 'The hosted zone of that target, for an alias record in Route 53',
      });
    new CfnOutput(this, outputNames.settings, {
      value: JSON.stringify(config),
      description: 'The settings of this deployment',
    });
    new CfnOutput(this, outputNames.parameterPath, {
      value: auth.parameterPath,
      description: 'The path where npm run secrets stores credentials',
    });
  }
}
