import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

let runtime: RuntimeProcess;
const keys: string[] = [];

beforeAll(async () => {
  runtime = await startRuntimeProcess();
  const { adminKey, userId } = runtime.outputs;
  const { call, newKey, isGood, control, fault } = clientOf(() => runtime.outputs);

  for (const body of [{ scope: 'keys:read keys:write' }, { userId }, { description: 'x', expiresIn: 60 }]) {
    const created = await newKey(body);
    keys.push(created.key);
    await call(created.key, 'GET', '/whoami');
    await call(created.key, 'GET', '/keys');
    await call(adminKey, 'GET', `/keys/${created.keyId}`);
    await call(adminKey, 'PATCH', `/keys/${created.keyId}`, { description: 'changed' });
    await call(created.key, 'POST', '/keys', { description: created.key, bad: 1 });
    await call(created.key, 'DELETE', `/keys/${created.key}`);
    await call(created.key, 'GET', `/${created.key}?key=${created.key}`);
    for (const kind of ['unavailable', 'unauthenticated', 'permission_denied', 'close']) {
      await fault({ kind });
      await call(created.key, 'GET', '/whoami');
      await fault(undefined);
      await vi.waitUntil(() => isGood(created.key), { timeout: 20_000 }); // once the breaker lets it through
    }
    const rotation = await call(adminKey, 'POST', `/keys/${created.keyId}/rotate`, { overlapSeconds: 1 });
    keys.push(rotation.json.key);
    await call(adminKey, 'DELETE', `/keys/${created.keyId}`);
    await call(created.key, 'GET', '/whoami');
  }
  await vi.waitUntil(async () => (await control('GET')).schedules.length === 0, { timeout: 10_000 });
});
afterAll(() => runtime.stop());

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('no plain key is in a log, the database, the template or the bundles', () => {
  expect(keys).toHaveLength(6);
  const files = filesBelow(runtime.dataDir).filter((file) => !/(outputs\.json|seed\.json|\/env)$/.test(file));
  expect(files.filter((file) => file.endsWith('.log')).length).toBeGreaterThanOrEqual(10);
  expect(files.some((file) => file.includes('scalekit.sqlite'))).toBe(true);
  const { adminKey, scalekit } = runtime.outputs;
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const key of [...keys, adminKey]) expect(bytes.includes(key), file).toBe(false);
    if (!file.includes('scalekit.sqlite')) expect(bytes.includes(scalekit.clientSecret), file).toBe(false);
  }
});

test('each log line of a function has a level and a timestamp, so that Lambda keeps it', () => {
  const files = filesBelow(join(runtime.dataDir, 'logs')).filter((file) => !file.endsWith('access.log'));
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({
      level: expect.stringMatching(/^(INFO|WARN|ERROR)$/),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
});

test('the runtime prints no plain key except the seeded one, once', () => {
  const output = runtime.output();
  for (const key of keys) expect(output).not.toContain(key);
  expect(output.split(runtime.outputs.adminKey)).toHaveLength(2);
  expect(output).not.toContain(runtime.outputs.scalekit.clientSecret);
});
