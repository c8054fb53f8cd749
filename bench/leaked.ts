import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { sdkOf, warmClientOf } from '../test/support/client.ts';
import { type RuntimeProcess, withRuntime } from '../test/support/runtime-process.ts';
import { quantile, rounded } from '../test/support/statistics.ts';

const samples = 60;

/** Compares the times of `POST /revoke` for active keys and for keys that never existed, in random order. */
export function leaked() {
  return withRuntime({}, measure);
}

async function measure({ outputs }: RuntimeProcess) {
  const { scalekit, organizationId } = outputs;
  const sdk = sdkOf(scalekit);
  const client = warmClientOf(outputs);
  const timeOf = async (token: string) => {
    const startedAt = performance.now();
    const answer = await client.call(token, 'POST', '/revoke', new URLSearchParams({ token }));
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
