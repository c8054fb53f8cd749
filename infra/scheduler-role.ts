import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { ApiFunction } from './lambda/api-function.ts';
import { acknowledgeWildcard } from './rest-api/acknowledged.ts';

/** A role with which the schedules of one group may invoke one function. Schedules of other accounts or groups cannot use it. */
export function schedulerRole(scope: Construct, groupArn: string, invoked: IFunction): Role {
  const ours = { 'aws:SourceAccount': Stack.of(scope).account, 'aws:SourceArn': groupArn };
  const role = new Role(scope, 'SchedulerRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: ours } }),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }));
  return role;
}

interface Scheduling {
  readonly group: ScheduleGroup;
  /** The role of the schedules. */
  readonly role: Role;
  readonly actions: readonly `scheduler:${string}`[];
}

/** Lets a function act on the schedules of a group, and pass their role only to EventBridge Scheduler. */
export function allowScheduling(planner: ApiFunction, { group, role, actions }: Scheduling): void {
  const schedules = Stack.of(group).formatArn({
    service: 'scheduler',
    resource: 'schedule',
    resourceName: `${group.scheduleGroupName}/*`,
  });
  const reason = 'Schedules are created at run time, one per key, in their own group.';
  acknowledgeWildcard(planner.role ?? planner, schedules, reason);
  planner.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [schedules] }));
  planner.addToRolePolicy(
    new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    }),
  );
}
