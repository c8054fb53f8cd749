import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { ScalekitClient } from '../local/scalekit/sdk.ts';
import { startRuntimeProcess } from '../test/runtime-process.ts';
import { quantile, rounded } from './statistics.ts';

const samples = 60;

/** What the time of an answer of `POST /revoke` tells: active keys against ones that never were, in random order. */
export async function leaked() {
  const runtime = await startRuntimeProcess();
  const { apiUrl, scalekit, organizationId } = runtime.outputs;
  const sdk = new ScalekitClient(scalekit.environmentUrl, scalekit.clientId, scalekit.clientSecret);
  const timeOf = async (token: string) => {
    const startedAt = performance.now();
    const answer = await fetch(`${apiUrl}/revoke`, { method: 'POST', body: new URLSearchParams({ token }) });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`a revocation was answered ${answer.status}`);
    return performance.now() - startedAt;
  };
  const active: number[] = [];
  const unknown: number[] = [];
  for (let warm = 0; warm < 3; warm++) await timeOf((await sdk.token.createToken(organizationId)).token);
  for (let sample = 0; sample < samples; sample++) {
    const { token } = await sdk.token.createToken(organizationId);
    const probes = [
      async () => active.push(await timeOf(token)),
      async () => unknown.push(await timeOf(randomBytes(32).toString('hex'))),
    ];
    if (Math.random() < 0.5) probes.reverse();
    for (const probe of probes) await probe();
  }
  await runtime.stop();
  const half = (rest: number) =>
    quantile(
      unknown.filter((_time, index) => index % 2 === rest),
      0.5,
    );
  const p50DifferenceMs = Math.abs(quantile(active, 0.5) - quantile(unknown, 0.5));
  const spreadMs = quantile(unknown, 0.9) - quantile(unknown, 0.1);
  if (p50DifferenceMs > spreadMs) process.exitCode = 1;
  return {
    samples,
    active: { p50Ms: rounded(quantile(active, 0.5)), p90Ms: rounded(quantile(active, 0.9)) },
    unknown: { p50Ms: rounded(quantile(unknown, 0.5)), p90Ms: rounded(quantile(unknown, 0.9)) },
    p50DifferenceMs: rounded(p50DifferenceMs),
    p50DifferenceOfUnknownHalvesMs: rounded(Math.abs(half(0) - half(1))),
    unknownSpreadP10ToP90Ms: rounded(spreadMs),
  };
}
