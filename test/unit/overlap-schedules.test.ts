import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { overlapSchedulesFromEnvironment } from '../../shared/rotation/overlap-schedules.ts';
import { awsEnvironment } from '../support/parameter-server.ts';

// An EventBridge Scheduler that does not answer, or answers with the statuses of a test.

let server: Server;
let silent: (method: string) => boolean;
/** The next statuses per method. Without any, a call finds no schedule and creates one. */
let statuses: Record<string, number[]>;
let calls: string[];

beforeEach(async () => {
  calls = [];
  statuses = {};
  silent = () => false;
  server = createServer(({ method = '' }, response) => {
    calls.push(method);
    if (silent(method)) return;
    const status = statuses[method]?.shift() ?? (method === 'GET' ? 404 : 200);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end('{"ScheduleExpression":"at(2030-01-31T12:00:00)"}');
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

/** Resolves only through its own time limit. */
const put = () => overlapSchedulesFromEnvironment().put('org_1', 'apit_1', new Date(), { mayPutOff: true });

test('a schedule that cannot be created in time is removed, and nothing has changed', async () => {
  silent = (method) => method === 'POST';
  expect(await put()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(calls.at(-1)).toBe('DELETE');
});

test('a schedule that may or may not exist is reported as outcome_unknown', async () => {
  silent = (method) => method !== 'GET';
  expect(await put()).toMatchObject({ failure: { kind: 'outcome_unknown' } });
});

test('a service that never answers is an outage', async () => {
  silent = () => true;
  expect(await put()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(new Set(calls)).toEqual(new Set(['GET']));
});

const at = new Date('2031-01-31T12:00:00Z');
const putAt = (mayPutOff = true) => overlapSchedulesFromEnvironment().put('org_1', 'apit_1', at, { mayPutOff });

test('a call is retried if it is throttled or the service fails', async () => {
  statuses = { GET: [429, 503, 404], POST: [500, 429] };
  expect(await putAt()).toEqual({ ok: true, value: at });
  expect(calls).toEqual(['GET', 'GET', 'GET', 'POST', 'POST', 'POST']);
});

test('a schedule that appears in between is moved, and one that fires in between is created again', async () => {
  statuses = { POST: [409] };
  expect(await putAt()).toEqual({ ok: true, value: at });
  statuses = { GET: [200], PUT: [404] };
  expect(await putAt()).toEqual({ ok: true, value: at });
  expect(calls).toEqual(['GET', 'POST', 'PUT', 'GET', 'PUT', 'POST']);
});

test('an earlier end stays if it may not be postponed', async () => {
  statuses = { GET: [200] };
  expect(await putAt(false)).toEqual({ ok: true, value: new Date('2030-01-31T12:00:00Z') });
  expect(calls).toEqual(['GET']);
});

test.each([400, 403, 402])('a refusal (%s) has changed nothing, so nothing is undone', async (status) => {
  statuses = { POST: [status] };
  expect(await putAt()).toMatchObject({ failure: { kind: 'upstream_unavailable', cause: { code: status } } });
  expect(calls).toEqual(['GET', 'POST']);
});

test('a refusal after an attempt with an unknown outcome is undone', async () => {
  statuses = { GET: [200], PUT: [500, 403] };
  expect(await putAt()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(calls).toEqual(['GET', 'PUT', 'PUT', 'PUT']);
});
