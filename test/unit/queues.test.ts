import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { queues } from '../../local/aws/queues.ts';
import type { Running } from '../../local/aws/stand-in.ts';
import { administratorAccess, Iam, type Identity } from '../../local/iam/iam.ts';
import { parseTemplate } from '../../local/template/assembly.ts';
import { Stack } from '../../local/template/stack.ts';

// SQS and Lambda's event sources, with a queue's redrive policy.

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = (properties: object) => ({ Type: 'AWS::SQS::Queue', Properties: properties });
const stack = new Stack({
  name: 'Test',
  folder: '',
  template: parseTemplate({
    Resources: {
      Work: queue({
        VisibilityTimeout: 1,
        RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 3 },
      }),
      Dead: queue({}),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: arnOf('Work'),
          FunctionName: 'worker',
          ScalingConfig: { MaximumConcurrency: 2 },
        },
      },
    },
  }),
});
const arn = stack.arn(stack.resources('AWS::SQS::Queue')[0] as never);

interface Delivery {
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/** Starts the stand-in on a database with a worker, which returns whether it handled a message. */
function start(
  work: (delivery: Delivery) => Promise<boolean>,
  policies = [administratorAccess],
  database?: DatabaseSync,
) {
  const denied: string[] = [];
  const iam = new Iam([], (line) => denied.push(line));
  const role = iam.createUser('worker', policies);
  const sender = iam.createUser('sender', [administratorAccess]);
  const invoke = async ({ Records: [delivery] }: { Records: Delivery[] }) =>
    (await work(delivery as Delivery)) ? { ok: true, payload: '' } : { ok: false, errorType: '', errorMessage: '' };
  const running = Promise.resolve({ lambda: { polled: () => ({ role, invoke }) } } as unknown as Running);
  const kept = database ?? new DatabaseSync(':memory:');
  const service = queues.start({ stacks: [stack], iam, database: kept, tables: '', running });
  return { service, send: (body: string, by: Identity = sender) => service.send(by, arn, body), kept, denied };
}

test('a message is delivered until it is handled, and never again', async () => {
  const seen: string[] = [];
  const { service, send } = start(async ({ body, attributes }) => {
    seen.push(`${body} ${attributes.ApproximateReceiveCount}`);
    return seen.length === 3;
  });
  await send('"a"');
  await expect.poll(() => service.status.work).toEqual([]);
  expect(seen).toEqual(['"a" 1', '"a" 2', '"a" 3']);
  expect(service.status.deadLetters).toEqual([]);
});

test('a message that always fails is a dead letter after the attempts that its queue allows', async () => {
  let attempts = 0;
  const { service, send } = start(async () => {
    attempts++;
    return false;
  });
  await send('{"a":1}');
  await expect.poll(() => service.status.deadLetters).toEqual([{ queue: 'Dead', body: { a: 1 } }]);
  expect(attempts).toBe(3);
  expect(service.status.work).toEqual([]);
});

test('at most as many messages are handled at once as the event source mapping allows', async () => {
  let together = 0;
  let most = 0;
  const { service, send } = start(async () => {
    most = Math.max(most, ++together);
    await new Promise((resolve) => setImmediate(resolve));
    together--;
    return true;
  });
  for (const body of ['1', '2', '3', '4', '5']) await send(body);
  await expect.poll(() => service.status.work).toEqual([]);
  expect(most).toBe(2);
});

test('a message survives a restart', async () => {
  const first = start(() => new Promise(() => {}));
  await first.send('"kept"');
  first.service.close();
  const seen: string[] = [];
  const second = start(
    async ({ body }) => {
      seen.push(body);
      return true;
    },
    [administratorAccess],
    first.kept,
  );
  await expect.poll(() => second.service.status.work).toEqual([]);
  expect(seen).toEqual(['"kept"']);
});

test.each(['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'])('without %s a function gets no message', async (action) => {
  let attempts = 0;
  const statement = { Effect: 'Deny', Action: action, Resource: '*' } as const;
  const deny = { name: 'deny', document: { Version: '2012-10-17', Statement: [statement] } };
  const { service, send, denied } = start(async () => Boolean(++attempts), [administratorAccess, deny]);
  await send('"a"');
  await expect.poll(() => denied).toEqual([expect.stringContaining(` ${action} on ${arn}`)]);
  service.close();
  expect([attempts, service.status.work.length]).toEqual([0, 1]);
});

test('a caller without permission to send adds nothing to a queue', async () => {
  const { service, send } = start(async () => true);
  const nobody = new Iam([], () => {}).createUser('nobody', []);
  await expect(send('"a"', nobody)).rejects.toThrow('not authorized to perform: sqs:SendMessage');
  expect(service.status).toEqual({ work: [], deadLetters: [] });
});
