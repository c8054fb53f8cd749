import { randomBytes } from 'node:crypto';
import { msPerDay } from '../days.ts';
import { readEnvironment, requireEnvironment } from '../environment.ts';
import { type Outage, outage } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { oneTime, scheduleNamed } from '../rotation/scheduler.ts';

/** Work on an organization's plan that is due later. Work that was not finished goes on at a `page` of the organization's keys. */
export type PlanWork =
  /** Give all keys of the organization the plan of a change. `isSwitched`: new keys have it already. */
  | {
      readonly step: 'apply';
      readonly organizationId: string;
      readonly changeId: string;
      readonly isSwitched?: boolean | undefined;
      readonly page?: string | undefined;
    }
  /** Delete the meter of a plan that the organization no longer has. */
  | {
      readonly step: 'retire';
      readonly organizationId: string;
      readonly plan: string;
      readonly page?: string | undefined;
    };

/** How long the meter of a former plan is kept: a key that was changed meanwhile may still have that plan. */
export const retireMs = msPerDay;

/** Plans work by one-time schedules. */
export interface PlanSchedule {
  at(time: Date, work: PlanWork): Promise<Result<void, Outage>>;
}

/** The longest time that planning takes. */
export const planScheduleMs = 3_000;

/** The schedules of the function's environment. `targetArn` is the function that does the work. */
export function planScheduleFromEnvironment(targetArn = readEnvironment('PLAN_TARGET_ARN') ?? ''): PlanSchedule {
  const groupName = requireEnvironment('PLAN_SCHEDULE_GROUP');
  const roleArn = requireEnvironment('PLAN_ROLE_ARN');
  return {
    async at(time, work) {
      const target = { Arn: targetArn, RoleArn: roleArn, Input: JSON.stringify(work) };
      // Whole seconds: not before the time.
      const body = oneTime("Changes an organization's plan", new Date(time.getTime() + 999), target);
      // Each has a name of its own: two changes may be due in the same second.
      const name = `plan-${work.step}-${work.organizationId}-${randomBytes(6).toString('hex')}`;
      try {
        await scheduleNamed(name.slice(0, 64), groupName).create(body, Date.now() + planScheduleMs);
        return ok(undefined);
      } catch (cause) {
        return fail(outage({ kind: 'unreachable', cause }));
      }
    },
  };
}
