import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  SchedulerServiceException,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { requireEnvironment } from './config.ts';
import type { Failure } from './failure.ts';
import { fail, ok, type Result } from './result.ts';

/** The one-time schedules that end the overlap of a rotated key; one a key. */
export interface OverlapSchedules {
  /**
   * Has a key revoked at a time, or, where that is arranged already, at this time instead. `upstream_unavailable`: no new
   * schedule is left behind. `outcome_unknown`: one may be.
   */
  put(organizationId: string, keyId: string, at: Date): Promise<Result<void, Failure>>;
}

/** The schedules that the function's environment names: `OVERLAP_SCHEDULE_GROUP`, `…_TARGET_ARN`, `…_ROLE_ARN`, `…_DEAD_LETTER_ARN`. */
export function overlapSchedulesFromEnvironment(): OverlapSchedules {
  const groupName = requireEnvironment('OVERLAP_SCHEDULE_GROUP');
  const target = {
    Arn: requireEnvironment('OVERLAP_TARGET_ARN'),
    RoleArn: requireEnvironment('OVERLAP_ROLE_ARN'),
    DeadLetterConfig: { Arn: requireEnvironment('OVERLAP_DEAD_LETTER_ARN') },
  };
  const client = new SchedulerClient({ requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } });

  async function createOrUpdate(input: CreateScheduleCommandInput): Promise<void> {
    try {
      await client.send(new CreateScheduleCommand(input));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      await client.send(new UpdateScheduleCommand(input));
    }
  }

  /** Makes sure that no schedule is left of which we do not know whether it was made. */
  async function undo(keyId: string, cause: unknown): Promise<Result<never, Failure>> {
    try {
      await client.send(new DeleteScheduleCommand({ GroupName: groupName, Name: keyId }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) return fail({ kind: 'outcome_unknown', cause });
    }
    return notMade(cause);
  }

  return {
    async put(organizationId, keyId, at) {
      const input: CreateScheduleCommandInput = {
        GroupName: groupName,
        Name: keyId,
        Description: 'Ends the overlap of a rotated API key',
        ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { ...target, Input: JSON.stringify({ organizationId, keyId }) },
      };
      try {
        await createOrUpdate(input);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException))
          return isRefusal(error) ? notMade(error) : undo(keyId, error);
        // It was there, and fired before it could be changed.
        return client.send(new CreateScheduleCommand(input)).then(
          () => ok(undefined),
          (cause: unknown) => (isRefusal(cause) ? notMade(cause) : undo(keyId, cause)),
        );
      }
      return ok(undefined);
    },
  };
}

/** The service understood, and did nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof SchedulerServiceException && error.$fault === 'client';
}

function notMade(cause: unknown): Result<never, Failure> {
  return fail({ kind: 'upstream_unavailable', reason: 'scheduler', cause });
}
