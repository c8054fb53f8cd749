import { fork } from 'node:child_process';
import { once } from 'node:events';
import { bundleAuthorizers } from '../test/authorizer/bundles.ts';
import { rounded } from '../test/support/statistics.ts';
import { type Upstream, withUpstream } from './upstream.ts';
import type { WarmTimes } from './warm-child.ts';

/** Compares a warm decision with a bare validateToken of the SDK, in turn in one process. */
export function warm() {
  return withUpstream(measure);
}

async function measure(upstream: Upstream) {
  const { ours } = bundleAuthorizers();
  const env = {
    ...upstream.environment,
    BUNDLE: ours.file,
    KEY: upstream.key,
    SCALEKIT: JSON.stringify(upstream.scalekit),
  };
  const child = fork(new URL('./warm-child.ts', import.meta.url), { env, silent: true });
  child.stdout?.resume(); // the function's log lines, read as Lambda reads them
  const [{ handler, bare, decisions }] = (await once(child, 'message')) as [WarmTimes];
  return {
    ratioP50: rounded(handler.p50 / bare.p50),
    ratioP99: rounded(handler.p99 / bare.p99),
    p50Ms: rounded(handler.p50),
    p99Ms: rounded(handler.p99),
    bareP50Ms: rounded(bare.p50),
    bareP99Ms: rounded(bare.p99),
    decisions,
  };
}
