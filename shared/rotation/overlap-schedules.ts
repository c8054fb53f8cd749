import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  SchedulerServiceException,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { requireEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';

/** How long all calls that arrange an end may take, and those that take it back. */
const putMs = 4_000;
const restoreMs = 2_000;

/** The longest that {@link OverlapSchedules.put} takes. */
export const maxScheduleMs = putMs + restoreMs;

/** The one-time schedules that end the overlap of a rotated key; one a key. */
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
  const client = new SchedulerClient({ requestHandler: { connectionTimeout: 1_000 } });

  const inputFor = (organizationId: string, keyId: string, at: string): CreateScheduleCommandInput => ({
    GroupName: groupName,
    Name: keyId,
    Description: 'Ends the overlap of a rotated API key',
    ScheduleExpression: at,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: { ...target, Input: JSON.stringify({ organizationId, keyId }) },
  });
  const create = (input: CreateScheduleCommandInput, options: InTime) =>
    client.send(new CreateScheduleCommand(input), options);
  const update = (input: CreateScheduleCommandInput, options: InTime) =>
    client.send(new UpdateScheduleCommand(input), options);

  /** When a key is to end already, as a schedule expression; `undefined` where nothing is arranged. */
  async function arranged(keyId: string, options: InTime): Promise<string | undefined> {
    try {
      const get = new GetScheduleCommand({ GroupName: groupName, Name: keyId });
      return (await client.send(get, options)).ScheduleExpression;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** Puts things back as they were, when nobody knows whether a call was carried out. */
  async function restore(organizationId: string, keyId: string, before: string | undefined): Promise<void> {
    const options = within(restoreMs);
    try {
      if (before === undefined)
        await client.send(new DeleteScheduleCommand({ GroupName: groupName, Name: keyId }), options);
      else await update(inputFor(organizationId, keyId, before), options);
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  }

  return {
    async put(organizationId, keyId, at, { mayPutOff }) {
      const options = within(putMs);
      const input = inputFor(organizationId, keyId, `at(${at.toISOString().slice(0, 19)})`);
      let before: string | undefined;
      try {
        before = await arranged(keyId, options);
      } catch (cause) {
        return notMade(cause);
      }
      const known = before === undefined ? undefined : timeOf(before);
      if (known && known < at && !mayPutOff) return ok(known);
      try {
        if (before === undefined)
          await create(input, options).catch((error: unknown) =>
            insteadOf(ConflictException, error, () => update(input, options)),
          );
        // It may have fired meanwhile: then there is nothing left to move, and a new one does no harm.
        else
          await update(input, options).catch((error: unknown) =>
            insteadOf(ResourceNotFoundException, error, () => create(input, options)),
          );
        return ok(at);
      } catch (cause) {
        if (isRefusal(cause)) return notMade(cause);
        return restore(organizationId, keyId, before).then(
          () => notMade(cause),
          () => fail({ kind: 'outcome_unknown', cause }),
        );
      }
    },
  };
}

type InTime = { readonly abortSignal: AbortSignal };

/** The SDK's own request timeout only warns, and its repeats would begin anew. */
function within(ms: number): InTime {
  return { abortSignal: AbortSignal.timeout(ms) };
}

/** The time of `at(2030-01-31T12:00:00)`, which is UTC; `undefined` for an expression that is none of ours. */
function timeOf(expression: string): Date | undefined {
  const [, time] = /^at\((.+)\)$/.exec(expression) ?? [];
  return time === undefined ? undefined : new Date(`${time}Z`);
}

/** Does something else where a call failed for the expected reason. */
function insteadOf<T>(
  expected: abstract new (...args: never[]) => Error,
  error: unknown,
  other: () => Promise<T>,
): Promise<T> {
  if (error instanceof expected) return other();
  throw error;
}

/** The service understood, and did nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof SchedulerServiceException && error.$fault === 'client';
}

function notMade(cause: unknown): Result<never, Failure> {
  return fail({ kind: 'upstream_unavailable', reason: 'scheduler', cause });
}
