import { afterAll, expect, test } from 'vitest';
import { type Answer, clientOf } from '../support/client.ts';
import { newDataDir, type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';

// The whole process is killed during a rotation, and started again on the data that it had written.

const dataDir = newDataDir();
let runtime: RuntimeProcess;
afterAll(() => runtime.stop());

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  callAsOperator(runtime.outputs, method, `/keys${path}`, body);
const { isGood, control, fault } = clientOf(() => runtime.outputs);

async function activeIds(): Promise<string[]> {
  const ids: string[] = [];
  for (let pageToken = ''; ; ) {
    const { json } = await call('GET', `?pageSize=30${pageToken && `&pageToken=${encodeURIComponent(pageToken)}`}`);
    const page: { keys: { keyId: string }[]; nextPageToken?: string } = json;
    ids.push(...page.keys.map(({ keyId }) => keyId));
    if (!page.nextPageToken) return ids;
    pageToken = page.nextPageToken;
  }
}

/**
 * The moments of a kill: after the successor is made (Scalekit's third call), after the end of the overlap is scheduled, and
 * during a replacement (the fifth call). unit/rotation.test.ts dies between any two steps. A kill also proves that all written
 * data survive a restart.
 */
const steps = [
  { overlapSeconds: 0, replace: false, scalekit: { kind: 'kill_after', skip: 2 } },
  { overlapSeconds: 60, replace: false, scheduler: { kind: 'kill_after' } },
  { overlapSeconds: 0, replace: true, scalekit: { kind: 'kill_before', skip: 4 } },
];

test('after a kill a retry completes the rotation, and no unknown key is left', {
  timeout: 300_000,
}, async () => {
  runtime = await startRuntimeProcess({ dataDir });
  for (const step of steps) {
    const title = JSON.stringify(step);
    const { key, keyId } = (await call('POST', '', {})).json;
    if (step.replace) await call('POST', `/${keyId}/rotate`, { overlapSeconds: 3600 });
    const others = (await activeIds()).length - (step.replace ? 2 : 1);
    if ('scalekit' in step) await fault({ ...step.scalekit, times: 1 });
    else await control('PUT', '/scheduler/fault', step.scheduler);
    const body = { overlapSeconds: step.overlapSeconds, replace: step.replace };
    await expect(call('POST', `/${keyId}/rotate`, body), title).rejects.toThrow();

    runtime = await startRuntimeProcess({ dataDir });
    const known = await activeIds();
    const repeat = await call('POST', `/${keyId}/rotate`, { overlapSeconds: 0 });
    const done = repeat.status === 201 ? repeat : await call('POST', `/${keyId}/rotate`, { replace: true });
    // A retry reports the key that the crash left, and every list shows it.
    if (repeat.status !== 201) expect(repeat.json, title).toMatchObject({ code: 'already_rotated' });
    if (repeat.status !== 201) expect(known, title).toContain(repeat.json.successorId);
    expect(done.status, title).toBe(201);
    expect(await isGood(done.json.key), title).toBe(true);
    expect(await isGood(key), title).toBe(false);
    expect((await activeIds()).length - others, title).toBe(1);
  }
});

test('an overlap ends even if a crash interrupts it', async () => {
  const { key, keyId } = (await call('POST', '', {})).json;
  const successor = (await call('POST', `/${keyId}/rotate`, { overlapSeconds: 5 })).json;
  await fault({ kind: 'kill_before', on: ['InvalidateToken'], times: 1 });
  await expect.poll(() => runtime.endedBy(), { timeout: 30_000 }).toBe('SIGKILL');
  runtime = await startRuntimeProcess({ dataDir });
  await expect.poll(() => isGood(key), { timeout: 30_000 }).toBe(false);
  expect(await isGood(successor.key)).toBe(true);
});
