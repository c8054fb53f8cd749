import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import sdk from '@scalekit-sdk/node';
import { authorizerEvent } from '../test/authorizer/authorizer-event.ts';
import { quantile } from '../test/support/statistics.ts';

// Warm calls in one process: the handler of BUNDLE and the SDK's validateToken, in alternating blocks.

/** The measurements of the process, in ms. */
export interface WarmTimes {
  readonly handler: { readonly p50: number; readonly p99: number };
  readonly bare: { readonly p50: number; readonly p99: number };
  readonly decisions: number;
}

const blocks = 40;
const callsPerBlock = 100;

const { BUNDLE = '', KEY = '', SCALEKIT = '{}' } = process.env;
const { handler } = createRequire(BUNDLE)(BUNDLE) as { handler: (event: unknown) => Promise<unknown> };
const { environmentUrl, clientId, clientSecret } = JSON.parse(SCALEKIT) as Record<string, string>;
const client = new sdk.ScalekitClient(environmentUrl ?? '', clientId ?? '', clientSecret ?? '');

const times = { handler: [] as number[], bare: [] as number[] };
const measure = async (call: () => Promise<unknown>, samples: number[] | undefined) => {
  for (let index = 0; index < callsPerBlock; index++) {
    const startedAt = performance.now();
    await call();
    samples?.push(performance.now() - startedAt);
  }
};
const decide = () => handler(authorizerEvent(KEY));
const validate = () => client.token.validateToken(KEY);
for (let block = -5; block < blocks; block++) {
  await measure(decide, block < 0 ? undefined : times.handler);
  await measure(validate, block < 0 ? undefined : times.bare);
}
const of = (samples: number[]) => ({ p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) });
const measured: WarmTimes = { handler: of(times.handler), bare: of(times.bare), decisions: blocks * callsPerBlock };
process.send?.(measured, () => process.exit(0));
