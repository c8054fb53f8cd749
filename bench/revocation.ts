import { performance } from 'node:perf_hooks';
import { type Answer, warmClientOf } from '../test/support/client.ts';
import { type RuntimeProcess, withRuntime } from '../test/support/runtime-process.ts';
import { quantile, rounded } from '../test/support/statistics.ts';

const revocations = 200;
const together = 20;
const clientsPerKey = 2;
/** Cached denials come faster than the default throttle of a stage allows. */
const unlimited = ['throttleRatePerSecond=100000', 'throttleBurst=100000'];

/** Measures the time from DELETE to refusal while clients keep using the key, with the decision cache off and on. */
export async function revocation() {
  return { cacheOff: await measure([]), cacheOn: await measure(['decisionCacheSeconds=300']) };
}

function measure(context: string[]) {
  return withRuntime({ context: [...unlimited, ...context] }, revokeMany);
}

async function revokeMany({ outputs }: RuntimeProcess) {
  const client = warmClientOf(outputs);
  const refusedAfterMs: number[] = [];
  let acceptedAfter = 0;
  let requestsAfter = 0;
  const workers = Array.from({ length: together }, async () => {
    for (let index = 0; index < revocations / together; index++) {
      const one = await revokeUnderLoad(client, outputs.adminKey);
      refusedAfterMs.push(one.refusedAfterMs);
      acceptedAfter += one.acceptedAfter;
      requestsAfter += one.requestsAfter;
    }
  });
  await Promise.all(workers);
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

async function revokeUnderLoad({ call }: ReturnType<typeof warmClientOf>, adminKey: string) {
  /** Retries a 503, as a client would: the load itself causes some. */
  const manage = async (method: string, path: string, expected: number, body?: object): Promise<Answer> => {
    let answer = await call(adminKey, method, path, body);
    while (answer.status === 503) answer = await call(adminKey, method, path, body);
    if (answer.status !== expected) throw new Error(`${method} was answered ${answer.status}: ${answer.text}`);
    return answer;
  };
  const { key, keyId } = (await manage('POST', '/keys', 201, {})).json;
  const sent: Sent[] = [];
  let enough = false;
  const clients = Array.from({ length: clientsPerKey }, async () => {
    while (!enough) {
      const at = performance.now();
      const { status } = await call(key, 'GET', '/whoami');
      sent.push({ at, status, answeredAt: performance.now() });
    }
  });
  while (!sent.some(({ status }) => status === 200)) await new Promise((resolve) => setTimeout(resolve, 1));
  const deletedAt = performance.now();
  await manage('DELETE', `/keys/${keyId}`, 204);
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
