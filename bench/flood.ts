import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { startRuntimeProcess } from '../test/runtime-process.ts';
import { quantile, rounded } from './statistics.ts';

const badKeys = 10_000;
const distinctBadKeys = 500;
const attackers = 8;
const goodRequests = 1_000;
const memorySeconds = 5;

/** A flood of bad keys, half of them malformed or token ids: what it costs Scalekit, and a client with a good key. */
export async function flood() {
  const runtime = await startRuntimeProcess();
  const { apiUrl, adminKey, controlUrl } = runtime.outputs;
  const call = async (key: string) => {
    const answer = await fetch(`${apiUrl}/whoami`, { headers: { Authorization: `Bearer ${key}` } });
    await answer.arrayBuffer();
    return answer.status;
  };
  const good = async () => {
    const times: number[] = [];
    for (let index = 0; index < goodRequests; index++) {
      const startedAt = performance.now();
      const status = await call(adminKey);
      if (status !== 200) throw new Error(`a good key was answered ${status}`);
      times.push(performance.now() - startedAt);
    }
    return quantile(times, 0.99);
  };
  const control = async () =>
    (await (await fetch(controlUrl)).json()) as {
      scalekit: { calls: Record<string, number> };
      functions: Record<string, { coldStarts: number }>;
    };

  await good(); // warm
  const idleP99Ms = await good();
  await fetch(`${controlUrl}/scalekit/calls`, { method: 'DELETE' });
  const distinct = Array.from({ length: distinctBadKeys }, () => randomBytes(32).toString('hex'));
  const malformed = Array.from({ length: distinctBadKeys }, (_, index) =>
    index % 2 ? `apit_${index}` : `not a key ${index}`,
  );
  let left = badKeys;
  let wrongAnswers = 0;
  const startedAt = performance.now();
  const attack = Array.from({ length: attackers }, async () => {
    while (left > 0) {
      const index = left--;
      const list = index % 2 ? distinct : malformed;
      if ((await call(list[(index >> 1) % distinctBadKeys] ?? '')) !== 401) wrongAnswers++;
    }
  });
  const floodP99Ms = await good();
  await Promise.all(attack);
  const seconds = (performance.now() - startedAt) / 1000;
  const { scalekit, functions } = await control();
  await runtime.stop();
  const [, authorizer] = Object.entries(functions).find(([name]) => name.startsWith('Authorizer')) ?? [];
  const environments = authorizer?.coldStarts ?? 0;
  return {
    badKeys,
    distinctBadKeys,
    upstreamCalls: (scalekit.calls['ValidateToken'] ?? 0) - goodRequests,
    upstreamCallsAllowed: distinctBadKeys * environments * Math.ceil(seconds / memorySeconds),
    environments,
    seconds: rounded(seconds),
    wrongAnswers,
    idleP99Ms: rounded(idleP99Ms),
    floodP99Ms: rounded(floodP99Ms),
    goodP99Ratio: rounded(floodP99Ms / idleP99Ms),
  };
}
