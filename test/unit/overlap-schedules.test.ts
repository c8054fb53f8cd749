import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { overlapSchedulesFromEnvironment } from '../../shared/rotation/overlap-schedules.ts';
import { awsEnvironment } from '../parameter-server.ts';

// An EventBridge Scheduler that takes calls and does not answer them.

let server: Server;
let silent: (method: string) => boolean;
let calls: string[];

beforeEach(async () => {
  calls = [];
  server = createServer(({ method = '' }, response) => {
    calls.push(method);
    if (silent(method)) return;
    const missing = { 'X-Amzn-ErrorType': 'ResourceNotFoundException', 'Content-Type': 'application/json' };
    response.writeHead(method === 'GET' ? 404 : 200, method === 'GET' ? missing : {}).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const environment = {
    ...awsEnvironment({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    OVERLAP_SCHEDULE_GROUP: 'overlaps',
    OVERLAP_TARGET_ARN: 'arn:aws:lambda:eu-west-1:1:function:end',
    OVERLAP_ROLE_ARN: 'arn:aws:iam::1:role/scheduler',
    OVERLAP_DEAD_LETTER_ARN: 'arn:aws:sqs:eu-west-1:1:dead',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** Without an end of its own it would never resolve. */
const put = () => overlapSchedulesFromEnvironment().put('org_1', 'apit_1', new Date(), { mayPutOff: true });

test('an end that can not be arranged in time is taken back, and all is as it was', async () => {
  silent = (method) => method === 'POST';
  expect(await put()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(calls.at(-1)).toBe('DELETE');
});

test('one of which nobody can say whether it is arranged is told of as unknown', async () => {
  silent = (method) => method !== 'GET';
  expect(await put()).toMatchObject({ failure: { kind: 'outcome_unknown' } });
});

test('a service that says nothing at all is an outage', async () => {
  silent = () => true;
  expect(await put()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(new Set(calls)).toEqual(new Set(['GET']));
});
