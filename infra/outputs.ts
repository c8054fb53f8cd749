import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { outputNames } from '../shared/deployment.ts';
import type { ApiKeyAuth } from './api-key-auth.ts';
import type { Monitoring } from './monitoring/monitoring.ts';

/** Adds the outputs of a stack that the commands read, and what operators look up. */
export function addOutputs(scope: Construct, auth: ApiKeyAuth): void {
  const { operators, audit, monitoring } = auth;
  new CfnOutput(scope, outputNames.apiUrl, { value: auth.url, description: "The customers' API" });
  new CfnOutput(scope, outputNames.operatorUrl, { value: operators.url, description: "The operators' API" });
  new CfnOutput(scope, 'OperatorPolicyArn', {
    value: operators.policy.managedPolicyArn,
    description: 'Attach it to operators who manage the keys of every organization',
  });
  new CfnOutput(scope, 'OrganizationOperatorPolicyArn', {
    value: operators.organizationPolicy.managedPolicyArn,
    description: 'Attach it to operators who manage the keys of one organization, named by their tag organizationId',
  });
  new CfnOutput(scope, outputNames.decisionTable, {
    value: auth.decisionTableName,
    description: 'The table of decisions and their marks',
  });
  new CfnOutput(scope, outputNames.workQueue, {
    value: auth.workQueue.queueUrl,
    description: 'The queue of revocations that failed when they were due',
  });
  new CfnOutput(scope, outputNames.deadLetters, {
    value: auth.deadLetterQueue.queueUrl,
    description: 'The queue of revocations that failed for hours',
  });
  new CfnOutput(scope, outputNames.auditBus, {
    value: audit.bus.eventBusName,
    description: 'The event bus that gets every change of a key',
  });
  if (monitoring) addAlarmOutputs(scope, monitoring);
  if (auth.domainAliasTarget)
    new CfnOutput(scope, 'DomainAliasTarget', {
      value: auth.domainAliasTarget,
      description: 'The target of a DNS alias record for the domain',
    });
  if (auth.domainAliasHostedZoneId)
    new CfnOutput(scope, 'DomainAliasHostedZoneId', {
      value: auth.domainAliasHostedZoneId,
      description: 'The hosted zone of that target, for an alias record in Route 53',
    });
  new CfnOutput(scope, outputNames.parameterPath, {
    value: auth.parameterPath,
    description: 'The path where npm run secrets stores credentials',
  });
}

function addAlarmOutputs(scope: Construct, monitoring: Monitoring): void {
  for (const id of ['ServerErrors', 'OutageRate'] as const)
    new CfnOutput(scope, `${id}AlarmArn`, {
      value: monitoring.alarm(id).alarmArn,
      description: 'Use it as a rollback trigger of deployments',
    });
  new CfnOutput(scope, 'AlarmTopicArn', { value: monitoring.topic.topicArn, description: 'The topic of every alarm' });
}
