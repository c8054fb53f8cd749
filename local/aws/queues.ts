import { z } from 'zod';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import { jsonCall } from '../http/json-calls.ts';
import type { Iam, Identity } from '../iam/iam.ts';
import type { PolicyDocument } from '../template/model.ts';
import { PolicySchema } from '../template/policies.ts';
import type { Stack } from '../template/stack.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { CallFaultSchema, CallFaults } from './call-fault.ts';
import { EventSource, md5, type Redrive, readMappings } from './event-source.ts';
import { type Message, QueueMessages } from './queue-messages.ts';
import { requireAllowed } from './require.ts';
import type { AwsService, Deployment, StandIn } from './stand-in.ts';

/** An SQS queue. */
interface Queue extends Redrive {
  readonly logicalId: string;
  readonly url: string;
  readonly arn: string;
  readonly resourcePolicy: PolicyDocument | undefined;
}

const QueueCall = z.object({ QueueUrl: z.string() });
const SendMessage = QueueCall.extend({ MessageBody: z.string().min(1) });
const ReceiveMessage = QueueCall.extend({ MaxNumberOfMessages: z.number().min(1).max(10).default(1) });
const DeleteMessage = QueueCall.extend({ ReceiptHandle: z.string() });

/** A stand-in for SQS: calls on messages, dead letters, and the event sources of Lambda that read its queues. */
class Queues implements AwsService {
  readonly #queues: readonly Queue[];
  readonly #iam: Iam;
  readonly #messages: QueueMessages;
  readonly #faults = new CallFaults();
  readonly #sources: ReadonlyMap<string, EventSource>;

  constructor(deployment: Deployment) {
    const { database, stacks, iam } = deployment;
    this.#queues = stacks.flatMap(readQueues);
    this.#iam = iam;
    this.#messages = new QueueMessages(database);
    const mappings = stacks.flatMap(readMappings).flatMap((mapping) => {
      const queue = this.#queues.find(({ arn }) => arn === mapping.queueArn);
      return queue ? [[queue.arn, new EventSource(mapping, queue, this.#messages, deployment)] as const] : [];
    });
    this.#sources = new Map(mappings);
  }

  /** All messages, oldest first: `work` has those of queues that a function reads, `deadLetters` all others. */
  get status() {
    const all = this.#messages.all();
    const shown = ({ queue_arn, body }: Message) => ({
      queue: this.#queues.find(({ arn }) => arn === queue_arn)?.logicalId ?? queue_arn,
      body: jsonOr(body),
    });
    return {
      work: all.filter(({ queue_arn }) => this.#sources.has(queue_arn)).map(shown),
      deadLetters: all.filter(({ queue_arn }) => !this.#sources.has(queue_arn)).map(shown),
    };
  }

  readonly controls = {
    'PUT /sqs/fault': jsonCall(CallFaultSchema, (fault) => this.#faults.set(fault)),
  };

  close(): void {
    for (const source of this.#sources.values()) source.close();
  }

  /** Answers one call; throws {@link AwsError} as SQS would answer. */
  async call({ principal, operation, body }: AwsCall): Promise<JsonAnswer> {
    const input = parseJson(body);
    return this.#faults.carryOut(async () => {
      switch (operation) {
        case 'SendMessage': {
          const { QueueUrl, MessageBody } = parsed(SendMessage, input);
          const MessageId = await this.send(principal, this.#queueAt(QueueUrl).arn, MessageBody);
          return { status: 200, body: { MessageId, MD5OfMessageBody: md5(MessageBody) } };
        }
        case 'ReceiveMessage': {
          const { QueueUrl, MaxNumberOfMessages } = parsed(ReceiveMessage, input);
          const queue = await this.#require(principal, 'sqs:ReceiveMessage', QueueUrl);
          return { status: 200, body: { Messages: this.#receive(queue, MaxNumberOfMessages) } };
        }
        case 'DeleteMessage': {
          const { QueueUrl, ReceiptHandle } = parsed(DeleteMessage, input);
          const { arn } = await this.#require(principal, 'sqs:DeleteMessage', QueueUrl);
          const message = this.#messages.of(arn).find(({ message_id }) => message_id === ReceiptHandle);
          if (message) this.#messages.delete(message);
          return { status: 200, body: {} };
        }
        default:
          throw new AwsError('UnknownOperationException', `${operation} of SQS is not served locally`, 404);
      }
    });
  }

  #queueAt(url: string): Queue {
    const queue = this.#queues.find((one) => one.url === url);
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  async #require(principal: Identity, action: string, url: string): Promise<Queue> {
    const queue = this.#queueAt(url);
    const { arn: resource, resourcePolicy } = queue;
    await requireAllowed(this.#iam, { principal, action, resource, resourcePolicy });
    return queue;
  }

  #receive({ arn, visibilityMs }: Queue, atMost: number) {
    const visible = this.#messages.of(arn).filter(({ visible_at }) => visible_at <= Date.now());
    return visible.slice(0, atMost).map((message) => {
      this.#messages.hide(message, visibilityMs);
      return { MessageId: message.message_id, ReceiptHandle: message.message_id, Body: message.body };
    });
  }

  /** Sends a message, and returns its id; throws an AwsError when no policy allows that. */
  async send(principal: Identity, queueArn: string, body: string): Promise<string> {
    const resourcePolicy = this.#queues.find(({ arn }) => arn === queueArn)?.resourcePolicy;
    await requireAllowed(this.#iam, { principal, action: 'sqs:SendMessage', resource: queueArn, resourcePolicy });
    const id = this.#messages.add(queueArn, body);
    this.#sources.get(queueArn)?.wake();
    return id;
  }
}

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (!result.success) throw new AwsError('InvalidParameterValueException', z.prettifyError(result.error));
  return result.data;
}

function jsonOr(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

export const queues = {
  resources: {
    'AWS::SQS::Queue': 'all',
    'AWS::SQS::QueuePolicy': 'all',
    'AWS::Lambda::EventSourceMapping': ['BatchSize', 'EventSourceArn', 'FunctionName', 'ScalingConfig'],
  },
  start: (deployment) => new Queues(deployment),
} satisfies StandIn;

const QueueProperties = z.object({
  VisibilityTimeout: z.number().default(30),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }).optional(),
});

const QueuePolicyProperties = z.object({ Queues: z.array(z.string()), PolicyDocument: PolicySchema });

/** Reads the SQS queues of a stack, each with its policy. */
export function readQueues(stack: Stack): Queue[] {
  const policies = stack
    .resources('AWS::SQS::QueuePolicy')
    .map(({ properties }) => QueuePolicyProperties.parse(properties));
  return stack.resources('AWS::SQS::Queue').map((resource) => {
    const { VisibilityTimeout, RedrivePolicy } = QueueProperties.parse(resource.properties);
    return {
      logicalId: resource.logicalId,
      url: resource.id,
      arn: stack.arn(resource),
      resourcePolicy: policies.find(({ Queues }) => Queues.includes(resource.id))?.PolicyDocument,
      visibilityMs: VisibilityTimeout * 1000,
      deadLetterArn: RedrivePolicy?.deadLetterTargetArn,
      maxReceiveCount: RedrivePolicy?.maxReceiveCount ?? Number.POSITIVE_INFINITY,
    };
  });
}
