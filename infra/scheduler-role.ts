import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** A role with which the schedules of one group may invoke one function. Schedules of other accounts or groups cannot use it. */
export function schedulerRole(scope: Construct, groupArn: string, invoked: IFunction): Role {
  const ours = { 'aws:SourceAccount': Stack.of(scope).account, 'aws:SourceArn': groupArn };
  const role = new Role(scope, 'SchedulerRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: ours } }),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }));
  return role;
}
