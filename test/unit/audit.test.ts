import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type AuditEvent, auditFromEnvironment } from '../../shared/audit/audit.ts';
import { logger } from '../../shared/logger.ts';
import { createMetrics } from '../../shared/metrics.ts';

// EventBridge answers 200 also where it takes no event: FailedEntryCount says so. Real HTTP; the answers are scripted.

let answer: { readonly status: number; readonly body: string };
let bus: Server;
beforeAll(async () => {
  bus = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(answer.status).end(answer.body));
  }).listen(0, '127.0.0.1');
  await once(bus, 'listening');
});
afterAll(() => bus.close());

let errors: Record<string, unknown>[];
beforeEach(() => {
  errors = [];
  const { port } = bus.address() as AddressInfo;
  for (const [name, value] of Object.entries({
    AUDIT_EVENT_BUS: 'bus',
    METRICS_DEPLOYMENT: 'Test',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'secret',
  }))
    vi.stubEnv(name, value);
  vi.spyOn(logger, 'info').mockImplementation(() => {});
  vi.spyOn(logger, 'error').mockImplementation((message, ...fields) => {
    errors.push(Object.assign({ message }, ...fields));
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const event: AuditEvent = {
  type: 'Revoked',
  organizationId: 'org_1',
  keyId: 'apit_1',
  fields: [],
  actor: { type: 'schedule' },
  requestId: 'r',
  reason: 'overlap',
};

test.each([
  [
    'an entry that failed',
    { status: 200, body: '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}' },
  ],
  ['an error of the service', { status: 500, body: '{}' }],
  ['an answer that is not JSON', { status: 200, body: '<html>' }],
])('after %s the event is logged as audit_not_sent and counted, and nothing fails', async (_what, given) => {
  answer = given;
  await auditFromEnvironment(createMetrics()).record(event);
  expect(errors).toEqual([expect.objectContaining({ message: 'audit_not_sent', keyId: 'apit_1', AuditFailures: 1 })]);
});

test('an event that was accepted logs no error', async () => {
  answer = { status: 200, body: '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}' };
  await auditFromEnvironment(createMetrics()).record(event);
  expect(errors).toEqual([]);
});
