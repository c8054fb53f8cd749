import { type Bundle, bundleAuthorizers } from '../test/authorizer/bundles.ts';
import { quantile, rounded } from '../test/support/statistics.ts';
import { coldStart } from './cold-start.ts';
import type { ColdStart } from './cold-start-child.ts';
import { type Upstream, withUpstream } from './upstream.ts';

const runs = 21;

/** Compares cold starts, from the import of the bundle to its first decision: ours and the plain recipe, in turn. */
export function cold() {
  return withUpstream(measure);
}

async function measure(upstream: Upstream) {
  const bundles = bundleAuthorizers();
  const start = (bundle: Bundle) => coldStart(bundle, upstream.environment, upstream.key);
  const ours: ColdStart[] = [];
  const plain: ColdStart[] = [];
  await start(bundles.ours);
  await start(bundles.plain); // one unmeasured start of each fills the disk's cache
  await upstream.calls();
  ours.push(await start(bundles.ours));
  const upstreamCalls = await upstream.calls();
  for (let run = 1; run < runs; run++) {
    plain.push(await start(bundles.plain));
    ours.push(await start(bundles.ours));
  }
  const of = (samples: ColdStart[], what: 'ms' | 'importMs', share = 0.5) =>
    quantile(
      samples.map((sample) => sample[what]),
      share,
    );
  return {
    ratio: rounded(of(ours, 'ms') / of(plain, 'ms')),
    ms: rounded(of(ours, 'ms')),
    plainMs: rounded(of(plain, 'ms')),
    importMs: rounded(of(ours, 'importMs')),
    plainImportMs: rounded(of(plain, 'importMs')),
    spreadMs: [rounded(of(ours, 'ms', 0.1)), rounded(of(ours, 'ms', 0.9))],
    plainSpreadMs: [rounded(of(plain, 'ms', 0.1)), rounded(of(plain, 'ms', 0.9))],
    zipKb: bundles.ours.zipKb,
    plainZipKb: bundles.plain.zipKb,
    upstreamCalls: {
      ssm: upstreamCalls['ssm'] ?? 0,
      grant: upstreamCalls['oauth/token'] ?? 0,
      validate: upstreamCalls['ValidateToken'] ?? 0,
    },
  };
}
