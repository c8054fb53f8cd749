import { performance } from 'node:perf_hooks';
import { type RuntimeProcess, startRuntimeProcess } from '../test/runtime-process.ts';
import { quantile, rounded } from './statistics.ts';

const revocations = 200;
const together = 20;
const clientsPerKey = 2;
/** Cached denials come faster than a stage takes requests by default. */
const unlimited = ['throttleRatePerSecond=100000', 'throttleBurst=100000'];

/** From DELETE to refusal, while clients go on sending with the key: without caching, and with cached decisions. */
export async function revocation() {
  return { ttl0: await measure([]), ttl300: await measure(['authorizerTtlSeconds=300']) };
}

async function measure(context: string[]) {
  const runtime = await startRuntimeProcess({ context: [...unlimited, ...context] });
  const refusedAfterMs: number[] = [];
  let acceptedAfter = 0;
  let requestsAfter = 0;
  const workers = Array.from({ length: together }, async () => {
    for (let index = 0; index < revocations / together; index++) {
      const one = await revokeUnderLoad(runtime);
      refusedAfterMs.push(one.refusedAfterMs);
      acceptedAfter += one.acceptedAfter;
      requestsAfter += one.requestsAfter;
    }
  });
  await Promise.all(workers);
  await runtime.stop();
  return {
    revocations: refusedAfterMs.length,
    requestsAfter,
    acceptedAfter,
    p50Ms: rounded(quantile(refusedAfterMs, 0.5)),
    p99Ms: rounded(quantile(refusedAfterMs, 0.99)),
  };
}

interface Sent {
  readonly at: number;
  readonly status: number;
  readonly answeredAt: number;
}

async function revokeUnderLoad({ outputs: { apiUrl, adminKey } }: RuntimeProcess) {
  const call = (key: string, path: string, init: RequestInit = {}) =>
    fetch(apiUrl + path, { ...init, headers: { Authorization: `Bearer ${key}` } });
  /** An outage by the load itself is told as one, and repeated, as a client would. */
  const manage = async (path: string, init: RequestInit, expected: number) => {
    let answer = await call(adminKey, path, init);
    while (answer.status === 503) answer = await call(adminKey, path, init);
    if (answer.status !== expected) throw new Error(`${init.method} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const created = await manage('/keys', { method: 'POST', body: '{}' }, 201);
  const { key, keyId } = (await created.json()) as { key: string; keyId: string };
  const sent: Sent[] = [];
  let enough = false;
  const clients = Array.from({ length: clientsPerKey }, async () => {
    while (!enough) {
      const at = performance.now();
      const answer = await call(key, '/whoami');
      await answer.arrayBuffer();
      sent.push({ at, status: answer.status, answeredAt: performance.now() });
    }
  });
  while (!sent.some(({ status }) => status === 200)) await new Promise((resolve) => setTimeout(resolve, 1));
  const deletedAt = performance.now();
  await manage(`/keys/${keyId}`, { method: 'DELETE' }, 204);
  const answeredAt = performance.now();
  while (sent.filter(({ at }) => at > answeredAt).length < 3 * clientsPerKey)
    await new Promise((resolve) => setTimeout(resolve, 1));
  enough = true;
  await Promise.all(clients);
  const after = sent.filter(({ at }) => at > answeredAt);
  const firstRefusal = Math.min(...sent.filter(({ status }) => status === 401).map(({ answeredAt }) => answeredAt));
  return {
    refusedAfterMs: firstRefusal - deletedAt,
    requestsAfter: after.length,
    acceptedAfter: after.filter(({ status }) => status === 200).length,
  };
}
