import { requireEnvironment } from '../environment.ts';
import { type Outage, outage } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { sendAwsJson } from './aws-request.ts';
import { UnexpectedStatus } from './http-request.ts';

/** Work that is left when a request or an invocation ends: a message of the work queue. It contains no plain key. */
export type Work =
  /** The keys of a user who left, or of a deleted organization. */
  | {
      readonly kind: 'leavers';
      readonly organizationId: string;
      readonly userId?: string | undefined;
      readonly email?: string | undefined;
      /** ms since the epoch. */
      readonly firstHandledAt?: number | undefined;
      /** Scalekit's event that reports it; `occurred_at` is RFC 3339. */
      readonly event: { readonly id: string; readonly type: string; readonly occurred_at: string };
    }
  /** A rotated key whose overlap with its successor has ended. */
  | { readonly kind: 'overlap'; readonly organizationId: string; readonly keyId: string };

/** The queue of work that outlives a request. `functions/resume-work` retries each message for hours. */
export interface WorkQueue {
  /** Puts work on the queue. Fails if SQS does not confirm it. */
  put(work: Work): Promise<Result<void, Outage>>;
}

/** The longest time that {@link WorkQueue.put} takes. */
export const workQueueMs = 2_000;

/** The queue that `WORK_QUEUE_URL` names. */
export function workQueueFromEnvironment(): WorkQueue {
  const QueueUrl = requireEnvironment('WORK_QUEUE_URL');
  return {
    async put(work) {
      try {
        const message = { QueueUrl, MessageBody: JSON.stringify(work) };
        const answer = await sendAwsJson('sqs', 'SendMessage', message, { timeoutMs: workQueueMs });
        return answer.status === 200 ? ok(undefined) : notPut(new UnexpectedStatus('SQS', answer));
      } catch (cause) {
        return notPut(cause);
      }
    },
  };
}

function notPut(cause: unknown): Result<never, Outage> {
  return fail(outage({ kind: 'work_queue', cause }));
}
