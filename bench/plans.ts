import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createMetrics } from '../shared/metrics.ts';
import { meteringBy } from '../shared/plans/metering.ts';
import { newOrganization } from '../test/plans/organization.ts';
import { warmClientOf } from '../test/support/client.ts';
import { type RuntimeProcess, withRuntime } from '../test/support/runtime-process.ts';
import { medians, quantile, rounded } from '../test/support/statistics.ts';

const plan = { rate: 50, burst: 100 };
const floodPerSecond = 10 * plan.rate;
const floodInFlight = 8;
const otherPerSecond = 20;
const floodSeconds = 30;
const runs = 3;

/**
 * Two customers with the same plan: one floods at ten times its rate. Measures what that does to the other, and what metering
 * costs.
 */
export async function plans() {
  const context = [
    `plans=${JSON.stringify({ pro: plan })}`,
    'planActivationSeconds=1',
    'decisionCacheSeconds=300',
    'throttleRatePerSecond=10000',
    'throttleBurst=10000',
  ];
  const measured: Awaited<ReturnType<typeof measure>>[] = [];
  for (let run = 0; run < runs; run++) measured.push(await withRuntime({ context }, measure));
  const { floodServed, otherServedShare, ...figures } = medians(measured);
  const floodAllowed = plan.rate * floodSeconds + plan.burst;
  const result = {
    floodPerSecond,
    floodServed,
    floodAllowed,
    exceeds: rounded(floodServed / floodAllowed),
    otherServedShare,
    ...figures,
    otherP99Ratio: rounded(figures.otherFloodP99Ms / figures.otherIdleP99Ms),
    meteringMicroseconds: await meteringMicroseconds(),
  };
  if (result.otherServedShare < 1) process.exitCode = 1;
  return result;
}

async function measure(runtime: RuntimeProcess) {
  const [flooder, other] = [await newOrganization(() => runtime), await newOrganization(() => runtime)];
  await Promise.all([flooder.activate('pro'), other.activate('pro')]);
  await Promise.all([flooder.eventually('pro'), other.eventually('pro')]);
  // Decisions on a key that was just changed are not cached for a minute.
  const [floodKey, otherKey] = [(await flooder.newKey()).key, (await other.newKey()).key];
  const { call } = warmClientOf(runtime.outputs);
  /** Sends `perSecond`, but has at most so many requests in flight: the machine may be too slow for more. */
  const sendFor = async (seconds: number, perSecond: number, key: string, inFlight = Infinity) => {
    const answers: { readonly status: number; readonly ms: number }[] = [];
    const waiting = new Set<Promise<void>>();
    const startedAt = performance.now();
    for (let sent = 0; performance.now() - startedAt < seconds * 1_000; ) {
      const due = ((performance.now() - startedAt) / 1_000) * perSecond;
      for (; sent < due && waiting.size < inFlight; sent++) {
        const sentAt = performance.now();
        const answered = call(key, 'GET', '/whoami').then(({ status }) => {
          answers.push({ status, ms: performance.now() - sentAt });
          waiting.delete(answered);
        });
        waiting.add(answered);
      }
      await delay(1);
    }
    await Promise.all(waiting);
    return answers;
  };
  const sendBoth = (seconds: number) =>
    Promise.all([
      sendFor(seconds, floodPerSecond, floodKey, floodInFlight),
      sendFor(seconds, otherPerSecond, otherKey),
    ]);
  await sendBoth(10); // so that no environment starts later
  await delay(2_000);
  const idle = await sendFor(10, otherPerSecond, otherKey);
  const [flood, during] = await sendBoth(floodSeconds);
  const served = (answers: typeof flood) => answers.filter(({ status }) => status === 200).length;
  const p99 = (answers: typeof flood) =>
    quantile(
      answers.map(({ ms }) => ms),
      0.99,
    );
  return {
    floodSentPerSecond: flood.length / floodSeconds,
    floodServed: served(flood),
    otherServedShare: served(during) / during.length,
    otherIdleP99Ms: p99(idle),
    otherFloodP99Ms: p99(during),
  };
}

/** The time that the authorizer takes to find where a request counts. */
async function meteringMicroseconds(): Promise<number> {
  const none = () => {
    throw new Error('a key has its plan');
  };
  const metering = meteringBy({ pro: plan }, none, createMetrics());
  const caller = { keyId: 'apit_1', organizationId: 'org_123456789', customClaims: { plan: 'pro' }, roles: [] };
  const count = 20_000;
  const startedAt = performance.now();
  for (let call = 0; call < count; call++) await metering('a1b2c3d4e5', caller);
  return rounded(((performance.now() - startedAt) * 1_000) / count);
}
