import { awsFailure } from './aws-failure.ts';
import { callAws } from './aws-json.ts';
import { progress } from './confirm.ts';

/** A short poll asks some servers of SQS only, and may find nothing while letters remain. */
const longPollSeconds = 2;

interface Queues {
  readonly region: string;
  readonly deadLetterUrl: string;
  readonly workUrl: string;
}

interface Received {
  readonly Messages?: readonly { readonly MessageId: string; readonly ReceiptHandle: string; readonly Body: string }[];
}

/** How many dead letters were returned to the work queue, and how many were left because they contain no work. */
export interface Redriven {
  readonly redriven: number;
  readonly left: number;
}

/**
 * Returns dead letters to the work queue, which retries each for hours. Each is sent there before it is deleted here. An
 * interruption may repeat one, which is safe because a key can be revoked twice.
 */
export async function redrive({ region, deadLetterUrl, workUrl }: Queues): Promise<Redriven> {
  const shown = progress();
  let redriven = 0;
  const left = new Set<string>();
  const call = (operation: string, input: object) =>
    callAws({ service: 'sqs', region, target: `AmazonSQS.${operation}`, version: '1.0', input }).catch(
      (error: unknown) => {
        throw awsFailure(error, 'redrive dead letters');
      },
    );
  for (;;) {
    const { Messages = [] } = (await call('ReceiveMessage', {
      QueueUrl: deadLetterUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: longPollSeconds,
    })) as Received;
    if (Messages.every(({ MessageId }) => left.has(MessageId))) break; // none, or only those that stay
    for (const { MessageId, ReceiptHandle, Body } of Messages) {
      const work = workOf(Body);
      if (work === undefined) {
        left.add(MessageId); // it comes again after a while
        continue;
      }
      await call('SendMessage', { QueueUrl: workUrl, MessageBody: JSON.stringify(work) });
      await call('DeleteMessage', { QueueUrl: deadLetterUrl, ReceiptHandle });
      shown.show(`${++redriven} dead letters are returned`);
    }
  }
  shown.end();
  return { redriven, left: left.size };
}

/** The work in a dead letter: a message of the work queue, unchanged, or the end of an overlap from a schedule. */
function workOf(body: string): object | undefined {
  try {
    const letter = JSON.parse(body) as Record<string, unknown>;
    if (letter['kind'] === 'leavers' || letter['kind'] === 'overlap') return letter;
    const { organizationId, keyId } = letter;
    if (typeof organizationId === 'string' && typeof keyId === 'string')
      return { kind: 'overlap', organizationId, keyId };
    return undefined;
  } catch {
    return undefined;
  }
}
