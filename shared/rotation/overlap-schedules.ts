import { requireEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { oneTime, type Schedule, type ScheduleBody, SchedulerError, scheduleNamed } from './scheduler.ts';

/** How long the calls that schedule an end may take together, and how long the call that undoes them may take. */
const putMs = 4_000;
const restoreMs = 2_000;

/** The longest time that {@link OverlapSchedules.put} takes. */
export const maxScheduleMs = putMs + restoreMs;

/** The one-time schedules that end the overlaps of rotated keys; one per key. */
export interface OverlapSchedules {
  /**
   * Schedules the revocation of a key, or moves it to this time if it is already scheduled. Without `mayPutOff` it is only moved
   * to an earlier time. Resolves to the scheduled time. `upstream_unavailable`: nothing has changed. `outcome_unknown`: the key
   * may end at this time.
   */
  put(
    organizationId: string,
    keyId: string,
    at: Date,
    options: { readonly mayPutOff: boolean },
  ): Promise<Result<Date, Failure>>;
}

/**
 * The schedules that the function's environment names: `OVERLAP_SCHEDULE_GROUP`, `…_TARGET_ARN`, `…_ROLE_ARN`,
 * `…_DEAD_LETTER_ARN`.
 */
export function overlapSchedulesFromEnvironment(): OverlapSchedules {
  const groupName = requireEnvironment('OVERLAP_SCHEDULE_GROUP');
  const target = {
    Arn: requireEnvironment('OVERLAP_TARGET_ARN'),
    RoleArn: requireEnvironment('OVERLAP_ROLE_ARN'),
    DeadLetterConfig: { Arn: requireEnvironment('OVERLAP_DEAD_LETTER_ARN') },
  };
  return {
    put(organizationId, keyId, at, { mayPutOff }) {
      const input = { ...target, Input: JSON.stringify({ organizationId, keyId }) };
      const body = oneTime('Ends the overlap of a rotated API key', at, input);
      return put(scheduleNamed(keyId, groupName), body, at, mayPutOff);
    },
  };
}

async function put(
  schedule: Schedule,
  body: ScheduleBody,
  at: Date,
  mayPutOff: boolean,
): Promise<Result<Date, Failure>> {
  const until = Date.now() + putMs;
  let before: string | undefined;
  try {
    before = await schedule.read(until);
  } catch (cause) {
    return notMade(cause);
  }
  const known = before === undefined ? undefined : timeOf(before);
  if (known && known < at && !mayPutOff) return ok(known);
  try {
    // Another rotation may have created the schedule since. Or it has fired since, and a new one does no harm.
    const isMade =
      before === undefined
        ? (await schedule.create(body, until)) || (await schedule.update(body, until))
        : (await schedule.update(body, until)) || (await schedule.create(body, until));
    return isMade ? ok(at) : notMade(new Error('the schedule was created and deleted meanwhile'));
  } catch (cause) {
    if (cause instanceof SchedulerError && cause.isRefusal) return notMade(cause);
    return restore(schedule, body, before).then(
      () => notMade(cause),
      () => fail({ kind: 'outcome_unknown', cause }),
    );
  }
}

/** Restores a schedule after a call whose outcome is unknown. */
async function restore(schedule: Schedule, body: ScheduleBody, before: string | undefined): Promise<void> {
  const until = Date.now() + restoreMs;
  if (before === undefined) await schedule.delete(until);
  else await schedule.update({ ...body, ScheduleExpression: before }, until);
}

/** The time of `at(2030-01-31T12:00:00)`, which is UTC; `undefined` for any other expression. */
function timeOf(expression: string): Date | undefined {
  const [, time] = /^at\((.+)\)$/.exec(expression) ?? [];
  return time === undefined ? undefined : new Date(`${time}Z`);
}

function notMade(cause: unknown): Result<never, Failure> {
  return fail({ kind: 'upstream_unavailable', reason: 'scheduler', cause });
}
