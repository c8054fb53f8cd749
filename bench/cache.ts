import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dynamoDbTable } from '../shared/aws/dynamodb.ts';
import { type Bundle, bundleAuthorizers } from '../test/authorizer/bundles.ts';
import { controlOf, sdkOf } from '../test/support/client.ts';
import { environmentFor } from '../test/support/parameter-server.ts';
import { type RuntimeProcess, withRuntime } from '../test/support/runtime-process.ts';
import { quantile, rounded } from '../test/support/statistics.ts';
import { revokeInAllWays } from './cache-revocations.ts';
import { coldStart } from './cold-start.ts';
import { type Sent, withEnvironments } from './environments.ts';

const scalekitMs = 40;
const tableMs = 4;
const perSecond = 100;
const keysInUse = 20;
const requests = 2_000;
const coldStarts = 7;
const context = ['decisionCacheSeconds=300', 'throttleRatePerSecond=100000', 'throttleBurst=100000'];

/** Measures the decision cache: its savings, accepted requests after the end of a key, and service in an outage of Scalekit. */
export function cache({ seconds }: { readonly seconds: number }) {
  return withRuntime({ context }, (runtime) => measure(runtime, seconds));
}

async function measure(runtime: RuntimeProcess, seconds: number) {
  const { outputs } = runtime;
  const control = controlOf(() => outputs);
  const sdk = sdkOf(outputs.scalekit);
  const newKey = async () => (await sdk.token.createToken(outputs.organizationId)).token;
  const keys: string[] = [];
  while (keys.length < keysInUse) keys.push(await newKey());
  await control('PUT', '/scalekit/fault', { kind: 'slow', delayMs: scalekitMs });
  await control('PUT', '/dynamodb/fault', { kind: 'slow', ms: tableMs, times: 1e9 });

  const off = environmentOf(runtime, 0, 0);
  const on = environmentOf(runtime, 300, 0);
  const { ours, plain } = bundleAuthorizers();
  const read = ({ file }: Bundle, environment: Record<string, string>) =>
    withEnvironments(file, environment, async (environments) => {
      await environments.warm(keys);
      await control('DELETE', '/scalekit/calls');
      const sent = await environments.load(keys, perSecond, (count) => count >= requests);
      for (const { effect } of sent) if (effect !== 'Allow') throw new Error('a valid key was not allowed');
      const measured = { ...timesOf(sent), upstreamCalls: await upstreamCalls(control) };
      console.error(JSON.stringify(measured)); // progress, because a run takes minutes
      return measured;
    });
  const withPlain = await read(plain, off);
  const without = await read(ours, off);
  const [withCache, tableP50Ms] = await Promise.all([read(ours, on), timeOfTable(on)]);

  const cold = await coldStartsOf(ours, plain, { on, off }, keys[0] ?? '', newKey);
  console.error(JSON.stringify(cold));
  const revocations = await withEnvironments(ours.file, on, async (environments) => {
    await environments.warm(keys);
    let isOver = false;
    const load = environments.load(keys, perSecond, () => isOver);
    const revoked = await revokeInAllWays(outputs, environments).finally(() => (isOver = true));
    await load;
    return revoked;
  });
  const p50 = (times: readonly number[]) => quantile([...times], 0.5);
  const outage = await outageOf(runtime, ours, keys, seconds);
  if (revocations.acceptedAfterRevocation > 0) process.exitCode = 1;
  return {
    p50Ratio: rounded(withCache.p50 / without.p50),
    p99Ratio: rounded(withCache.p99 / without.p99),
    ownMs: rounded(withCache.p50 - tableP50Ms),
    upstreamCallsPer1000: rounded((withCache.upstreamCalls * 1000) / requests),
    coldRatio: rounded(p50(cold.hit) / p50(cold.plain)),
    coldMissRatio: rounded(p50(cold.miss) / p50(cold.plain)),
    ...revocations,
    ...outage,
    tableP50Ms: rounded(tableP50Ms),
    p50Ms: rounded(withCache.p50),
    p50WithoutMs: rounded(without.p50),
    p50PlainMs: rounded(withPlain.p50),
    coldMs: rounded(p50(cold.hit)),
    coldMissMs: rounded(p50(cold.miss)),
    coldPlainMs: rounded(p50(cold.plain)),
  };
}

/** Cold starts in turn: the plain recipe, ours with a cached key, and ours with a new key. */
async function coldStartsOf(
  ours: Bundle,
  plain: Bundle,
  { on, off }: Readonly<Record<'on' | 'off', Record<string, string>>>,
  cachedKey: string,
  newKey: () => Promise<string>,
) {
  const cold: Record<'hit' | 'miss' | 'plain', number[]> = { hit: [], miss: [], plain: [] };
  for (let start = -1; start < coldStarts; start++) {
    const { ms: plainMs } = await coldStart(plain, off, cachedKey);
    const { ms: hitMs } = await coldStart(ours, on, cachedKey);
    const { ms: missMs } = await coldStart(ours, on, await newKey());
    if (start < 0) continue; // only fills the disk's cache
    cold.plain.push(plainMs);
    cold.hit.push(hitMs);
    cold.miss.push(missMs);
  }
  return cold;
}

/** Uses known keys while Scalekit does not answer. Cached decisions expire after half of the time; then the grace applies. */
async function outageOf(runtime: RuntimeProcess, ours: Bundle, keys: readonly string[], seconds: number) {
  const control = controlOf(() => runtime.outputs);
  const environment = environmentOf(runtime, Math.max(1, Math.ceil(seconds / 2)), 3_600);
  return withEnvironments(ours.file, environment, async (environments) => {
    await environments.warm(keys);
    await control('PUT', '/scalekit/fault', { kind: 'no_answer' });
    const sent = await environments.load(keys, perSecond, (count) => count >= seconds * perSecond);
    const { p99 } = timesOf(sent);
    const served = sent.filter(({ effect }) => effect === 'Allow').length;
    return { servedInOutage: served / sent.length, outageP99Ms: rounded(p99) };
  });
}

/** The median time to read two items from the table, while the other measurement runs. */
async function timeOfTable(environment: Record<string, string>): Promise<number> {
  Object.assign(process.env, environment);
  const table = dynamoDbTable(environment['DECISION_TABLE'] ?? '');
  const keys = ['decision#none', 'ended#none'].map((id) => ({ id: { S: id } }));
  const times: number[] = [];
  for (let probe = 0; probe < 200; probe++) {
    await delay(100);
    const startedAt = performance.now();
    const found = await table.batchGetItem(keys, { isConsistent: true, timeoutMs: 5_000 });
    if (!found.ok) throw new Error(`the table answered ${found.failure.kind}`);
    times.push(performance.now() - startedAt);
  }
  return quantile(times, 0.5);
}

function timesOf(sent: readonly Sent[]) {
  const times = sent.map(({ decisionMs }) => decisionMs);
  return { p50: quantile([...times], 0.5), p99: quantile([...times], 0.99) };
}

async function upstreamCalls(control: ReturnType<typeof controlOf>): Promise<number> {
  const { scalekit } = (await control('GET')) as { scalekit: { calls: Record<string, number> } };
  return (scalekit.calls['ValidateToken'] ?? 0) + (scalekit.calls['oauth/token'] ?? 0);
}

function environmentOf({ outputs, dataDir }: RuntimeProcess, cacheSeconds: number, graceSeconds: number) {
  const { endpointUrl, ...administrator } = outputs.aws;
  return {
    ...environmentFor({ url: endpointUrl }, administrator),
    SCALEKIT_PARAMETER_PATH: '/scalekit/dev',
    SCALEKIT_DEADLINE_MS: '2500',
    POWERTOOLS_SERVICE_NAME: 'authorizer',
    DECISION_TABLE: decisionTable(join(dataDir, 'assembly')),
    DECISION_CACHE_SECONDS: String(cacheSeconds),
    OUTAGE_GRACE_SECONDS: String(graceSeconds),
  };
}

/** The cache's table in the runtime is called `STACK-LOGICALID`. */
function decisionTable(assembly: string): string {
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const { Resources } = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as {
      Resources: Record<string, { Type: string }>;
    };
    const found = Object.entries(Resources).find(([, { Type }]) => Type === 'AWS::DynamoDB::Table');
    if (found) return `${file.replace('.template.json', '')}-${found[0]}`;
  }
  throw new Error('the template has no table');
}
