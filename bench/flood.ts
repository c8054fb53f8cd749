import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { warmClientOf } from '../test/support/client.ts';
import { type RuntimeProcess, withRuntime } from '../test/support/runtime-process.ts';
import { quantile, rounded } from '../test/support/statistics.ts';

const badKeys = 10_000;
const distinctBadKeys = 50;
const attackers = 8;
const goodRequests = 1_000;
const memorySeconds = 5;
/** The maximum number of retries of a Scalekit call before it is reported as an outage. */
const repeatsPerOutage = 2;

/** Measures the cost of a flood of unknown keys, or malformed keys and token ids, for Scalekit and for a client's good key. */
export async function flood() {
  const measureWith = (cacheSeconds: number) =>
    withRuntime({ context: [`decisionCacheSeconds=${cacheSeconds}`] }, (runtime) => measure(runtime, cacheSeconds > 0));
  return { cacheOff: await measureWith(0), cacheOn: await measureWith(300) };
}

async function measure({ outputs }: RuntimeProcess, isCaching: boolean) {
  const { adminKey } = outputs;
  const client = warmClientOf(outputs);
  const call = async (key: string) => (await client.call(key, 'GET', '/whoami')).status;
  let outages = 0;
  const good = async () => {
    const times: number[] = [];
    for (let index = 0; index < goodRequests; index++) {
      const startedAt = performance.now();
      const status = await call(adminKey);
      if (status === 503)
        outages++; // caused by the load itself
      else if (status !== 200) throw new Error(`a good key was answered ${status}`);
      times.push(performance.now() - startedAt);
    }
    return quantile(times, 0.99);
  };
  const seen = (): Promise<{
    scalekit: { calls: Record<string, number> };
    functions: Record<string, { coldStarts: number }>;
  }> => client.control('GET');

  await good(); // warms the environments
  const idleP99Ms = await good();
  await client.control('DELETE', '/scalekit/calls');
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
  const callsOfGoodKey = isCaching ? 0 : goodRequests;
  const callsOfBadKeys = async () => ((await seen()).scalekit.calls['ValidateToken'] ?? 0) - callsOfGoodKey;

  const malformed = await attack((index) => (index % 2 ? `apit_${index}` : `not a key ${index}`));
  const upstreamCallsOfMalformed = await callsOfBadKeys();
  await client.control('DELETE', '/scalekit/calls');
  const distinct = Array.from({ length: distinctBadKeys }, () => randomBytes(32).toString('hex'));
  const unknown = await attack((index) => distinct[index % distinctBadKeys] ?? '');
  const upstreamCalls = await callsOfBadKeys();
  const { functions } = await seen();
  const [, authorizer] = Object.entries(functions).find(([name]) => name.startsWith('Authorizer')) ?? [];
  const environments = authorizer?.coldStarts ?? 0;
  const ofOutages = repeatsPerOutage * outages;
  const upstreamCallsAllowed = distinctBadKeys * environments * Math.ceil(unknown.seconds / memorySeconds) + ofOutages;
  if (upstreamCallsOfMalformed > ofOutages || upstreamCalls > upstreamCallsAllowed) process.exitCode = 1;
  return {
    badKeys,
    distinctBadKeys,
    upstreamCalls,
    upstreamCallsAllowed,
    upstreamCallsOfMalformed,
    environments,
    outages,
    seconds: rounded(unknown.seconds),
    wrongAnswers: malformed.wrongAnswers + unknown.wrongAnswers,
    idleP99Ms: rounded(idleP99Ms),
    floodP99Ms: rounded(unknown.goodP99Ms),
    goodP99Ratio: rounded(unknown.goodP99Ms / idleP99Ms),
  };
}
