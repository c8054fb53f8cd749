import { createHash } from 'node:crypto';
import { z } from 'zod';
import { arnOf, aws } from '../account.ts';
import type { Iam } from '../iam/iam.ts';
import type { Stack } from '../template/stack.ts';
import type { Message, QueueMessages } from './queue-messages.ts';
import type { Deployment } from './stand-in.ts';

/** A retry of a message comes this many times sooner than on AWS, where it can take 5 minutes. */
const timesFaster = 60;

/** The pause of a source whose role may not read its queue. */
const deniedPauseMs = 5_000;

const MappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }).default({ MaximumConcurrency: 5 }),
});

/** An event source mapping of a template: a queue, and the function that handles its messages. */
export interface Mapping {
  readonly queueArn: string;
  readonly functionArn: string;
  readonly maxConcurrency: number;
}

/** Reads the event source mappings of a stack. */
export function readMappings(stack: Stack): Mapping[] {
  return stack.resources('AWS::Lambda::EventSourceMapping').map(({ properties }) => {
    const { EventSourceArn, FunctionName, ScalingConfig } = MappingProperties.parse(properties);
    const functionArn = FunctionName.startsWith('arn:') ? FunctionName : arnOf('lambda', `function:${FunctionName}`);
    return { queueArn: EventSourceArn, functionArn, maxConcurrency: ScalingConfig.MaximumConcurrency };
  });
}

/** When a failed message is retried, and the dead-letter queue for it after its last attempt. */
export interface Redrive {
  readonly visibilityMs: number;
  readonly deadLetterArn: string | undefined;
  readonly maxReceiveCount: number;
}

/** Passes the messages of a queue to a function, one per invocation: a batch may always be smaller than its limit. */
export class EventSource {
  readonly #mapping: Mapping;
  readonly #redrive: Redrive;
  readonly #messages: QueueMessages;
  readonly #iam: Iam;
  readonly #running: Deployment['running'];
  readonly #inFlight = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(mapping: Mapping, redrive: Redrive, messages: QueueMessages, { iam, running }: Deployment) {
    this.#mapping = mapping;
    this.#redrive = redrive;
    this.#messages = messages;
    this.#iam = iam;
    this.#running = running;
    void running.then(() => this.wake()); // messages of an earlier run
  }

  /** Receives the visible messages, and wakes again when the next one becomes visible. */
  wake(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const waiting = this.#messages
      .of(this.#mapping.queueArn)
      .filter(({ message_id }) => !this.#inFlight.has(message_id));
    for (const message of waiting) {
      if (this.#inFlight.size >= this.#mapping.maxConcurrency) return; // the end of an invocation wakes it
      const waitMs = message.visible_at - Date.now();
      if (waitMs > 0) {
        this.#wakeIn(waitMs);
        return;
      }
      this.#inFlight.add(message.message_id);
      void this.#receive(message).then((pauseMs) => {
        this.#inFlight.delete(message.message_id);
        if (pauseMs > 0) this.#wakeIn(pauseMs);
        else this.wake();
      });
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), ms);
  }

  /** Invokes the function with a message; resolves to the pause after it, in ms. */
  async #receive(message: Message): Promise<number> {
    const { queueArn, functionArn } = this.#mapping;
    const { visibilityMs, deadLetterArn, maxReceiveCount } = this.#redrive;
    const polled = (await this.#running).lambda.polled(functionArn);
    const may = (action: string) =>
      polled !== undefined && this.#iam.isAllowed({ principal: polled.role, action, resource: queueArn });
    if (!(await may('sqs:GetQueueAttributes')) || !(await may('sqs:ReceiveMessage'))) return deniedPauseMs;
    if (deadLetterArn !== undefined && message.receive_count >= maxReceiveCount) {
      this.#messages.move(message, deadLetterArn);
      return 0;
    }
    const result = await polled?.invoke({ Records: [recordOf(message)] });
    if (this.#isClosed) return 0;
    if (result?.ok && (await may('sqs:DeleteMessage'))) this.#messages.delete(message);
    else this.#messages.hide(message, Math.round(visibilityMs / timesFaster));
    return 0;
  }
}

/** A message as Lambda passes it to a function. */
function recordOf({ message_id, queue_arn, body, sent_at, receive_count }: Message): Record<string, unknown> {
  return {
    messageId: message_id,
    receiptHandle: message_id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receive_count + 1),
      SentTimestamp: String(sent_at),
      SenderId: aws.accountId,
      ApproximateFirstReceiveTimestamp: String(sent_at),
    },
    messageAttributes: {},
    md5OfBody: md5(body),
    eventSource: 'aws:sqs',
    eventSourceARN: queue_arn,
    awsRegion: aws.region,
  };
}

/** The checksum that SQS returns for a body. */
export function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
