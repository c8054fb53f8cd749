import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { startRuntimeProcess } from '../test/runtime-process.ts';
import { quantile, rounded } from './statistics.ts';

const badKeys = 10_000;
const distinctBadKeys = 50;
const attackers = 8;
const goodRequests = 1_000;
const memorySeconds = 5;

/** A flood of bad keys, and one of malformed keys and token ids: what they cost Scalekit, and a client with a good key. */
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
  const attack = async (presented: (index: number) => string) => {
    let left = badKeys;
    let wrongAnswers = 0;
    const startedAt = performance.now();
    const workers = Array.from({ length: attackers }, async () => {
      while (left > 0) if ((await call(presented(left--))) !== 401) wrongAnswers++;
    });
    const goodP99Ms = await good();
    await Promise.all(workers);
    return { wrongAnswers, goodP99Ms, seconds: (performance.now() - startedAt) / 1000 };
  };
  const callsOfBadKeys = async () => ((await control()).scalekit.calls['ValidateToken'] ?? 0) - goodRequests;

  const malformed = await attack((index) => (index % 2 ? `apit_${index}` : `not a key ${index}`));
  const upstreamCallsOfMalformed = await callsOfBadKeys();
  await fetch(`${controlUrl}/scalekit/calls`, { method: 'DELETE' });
  const distinct = Array.from({ length: distinctBadKeys }, () => randomBytes(32).toString('hex'));
  const unknown = await attack((index) => distinct[index % distinctBadKeys] ?? '');
  const upstreamCalls = await callsOfBadKeys();
  const { functions } = await control();
  await runtime.stop();
  const [, authorizer] = Object.entries(functions).find(([name]) => name.startsWith('Authorizer')) ?? [];
  const environments = authorizer?.coldStarts ?? 0;
  const upstreamCallsAllowed = distinctBadKeys * environments * Math.ceil(unknown.seconds / memorySeconds);
  if (upstreamCallsOfMalformed > 0 || upstreamCalls > upstreamCallsAllowed) process.exitCode = 1;
  return {
    badKeys,
    distinctBadKeys,
    upstreamCalls,
    upstreamCallsAllowed,
    upstreamCallsOfMalformed,
    environments,
    seconds: rounded(unknown.seconds),
    wrongAnswers: malformed.wrongAnswers + unknown.wrongAnswers,
    idleP99Ms: rounded(idleP99Ms),
    floodP99Ms: rounded(unknown.goodP99Ms),
    goodP99Ratio: rounded(unknown.goodP99Ms / idleP99Ms),
  };
}
