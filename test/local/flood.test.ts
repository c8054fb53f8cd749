import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// A flood without keys, above a method's limit. API Gateway counts requests against limits before it authorizes them.

const limit = 20;
const script = fileURLToPath(new URL('../../infra/commands/keys.ts', import.meta.url));

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({
    context: [`throttleRatePerSecond=${limit}`, `throttleBurst=${limit}`],
  });
});
afterAll(() => runtime.stop());

const { newKey } = clientOf(() => runtime.outputs);

/** Sends twice the method's limit of requests until `stop`, and counts the throttled ones. */
function flood(url: string) {
  let isOver = false;
  let throttled = 0;
  const sender = async () => {
    while (!isOver) {
      const { status } = await fetch(url, { method: 'DELETE', headers: { Authorization: 'Bearer x' } });
      if (status === 429) throttled++;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const senders = Array.from({ length: (2 * limit) / 10 }, sender);
  return {
    throttled: () => throttled,
    async stop() {
      isOver = true;
      await Promise.all(senders);
    },
  };
}

test('a flood without keys stops neither a DELETE on the operators’ API nor a direct revocation without an API', async () => {
  const [byOperator, directly] = [await newKey(), await newKey()];
  const target = ['--local', '--data', runtime.dataDir, '--organization', runtime.outputs.organizationId];
  const attack = flood(`${runtime.outputs.apiUrl}/keys/${byOperator.keyId}`);
  await expect.poll(() => attack.throttled(), { timeout: 20_000 }).toBeGreaterThan(limit);
  for (const args of [
    ['revoke', byOperator.keyId],
    ['revoke', '--direct', directly.keyId],
  ]) {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args, ...target]);
    expect(JSON.parse(stdout)).toMatchObject({ revoked: [args.at(-1)], failed: [] });
  }
  await attack.stop();
  expect(attack.throttled()).toBeGreaterThan(limit);
});
