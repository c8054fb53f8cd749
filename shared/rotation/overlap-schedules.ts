import { requireEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { type Schedule, type ScheduleBody, SchedulerError, scheduleNamed } from './scheduler.ts';

/** How long the calls that arrange an end may take together, and the call that takes it back. */
const putMs = 4_000;
const restoreMs = 2_000;

/** The longest that {@link OverlapSchedules.put} takes. */
export const maxScheduleMs = putMs + restoreMs;

/** The one-time schedules that end the overlap of a rotated key; one per key. */
export interface OverlapSchedules {
  /**
   * Has a key revoked at a time, or, where that is arranged already, at this time instead; without `mayPutOff` only if it is
   * earlier. Resolves to when. `upstream_unavailable`: all is as it was before. `outcome_unknown`: it may end at this time.
   */
  put(
    organizationId: string,
    keyId: string,
    at: Date,
    options: { readonly mayPutOff: boolean },
  ): Promise<Result<Date, Failure>>;
}

/** The schedules that the function's environment names: `OVERLAP_SCHEDULE_GROUP`, `…_TARGET_ARN`, `…_ROLE_ARN`, `…_DEAD_LETTER_ARN`. */
export function overlapSchedulesFromEnvironment(): OverlapSchedules {
  const groupName = requireEnvironment('OVERLAP_SCHEDULE_GROUP');
  const target = {
    Arn: requireEnvironment('OVERLAP_TARGET_ARN'),
    RoleArn: requireEnvironment('OVERLAP_ROLE_ARN'),
    DeadLetterConfig: { Arn: requireEnvironment('OVERLAP_DEAD_LETTER_ARN') },
  };
  return {
    put(organizationId, keyId, at, { mayPutOff }) {
      const bodyAt = (expression: string): ScheduleBody => ({
        Description: 'Ends the overlap of a rotated API key',
        ScheduleExpression: expression,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { ...target, Input: JSON.stringify({ organizationId, keyId }) },
      });
      return put(scheduleNamed(keyId, groupName), bodyAt, at, mayPutOff);
    },
  };
}

/** The body of a schedule that fires at the time of an expression. */
type BodyAt = (expression: string) => ScheduleBody;

async function put(schedule: Schedule, bodyAt: BodyAt, at: Date, mayPutOff: boolean): Promise<Result<Date, Failure>> {
  const until = Date.now() + putMs;
  let before: string | undefined;
  try {
    before = await schedule.read(until);
  } catch (cause) {
    return notMade(cause);
  }
  const known = before === undefined ? undefined : timeOf(before);
  if (known && known < at && !mayPutOff) return ok(known);
  const body = bodyAt(`at(${at.toISOString().slice(0, 19)})`);
  try {
    // Another rotation may have made it since; or it has fired since, and a new one does no harm.
    const isMade =
      before === undefined
        ? (await schedule.create(body, until)) || (await schedule.update(body, until))
        : (await schedule.update(body, until)) || (await schedule.create(body, until));
    return isMade ? ok(at) : notMade(new Error('the schedule came and went'));
  } catch (cause) {
    if (cause instanceof SchedulerError && cause.isRefusal) return notMade(cause);
    return restore(schedule, bodyAt, before).then(
      () => notMade(cause),
      () => fail({ kind: 'outcome_unknown', cause }),
    );
  }
}

/** Puts a schedule back as it was, when nobody knows whether a call was carried out. */
async function restore(schedule: Schedule, bodyAt: BodyAt, before: string | undefined): Promise<void> {
  const until = Date.now() + restoreMs;
  if (before === undefined) await schedule.delete(until);
  else await schedule.update(bodyAt(before), until);
}

/** The time of `at(2030-01-31T12:00:00)`, which is UTC; `undefined` for an expression that is none of ours. */
function timeOf(expression: string): Date | undefined {
  const [, time] = /^at\((.+)\)$/.exec(expression) ?? [];
  return time === undefined ? undefined : new Date(`${time}Z`);
}

function notMade(cause: unknown): Result<never, Failure> {
  return fail({ kind: 'upstream_unavailable', reason: 'scheduler', cause });
}
