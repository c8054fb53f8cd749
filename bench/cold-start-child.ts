import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

// One cold start in its own process: from the import of the bundle BUNDLE to its first decision, on EVENT.

/** The measurements of the process. */
export interface ColdStart {
  readonly importMs: number;
  /** Import and decision. */
  readonly ms: number;
  readonly effect: string | undefined;
}

type Handler = (event: unknown) => Promise<{ policyDocument: { Statement: { Effect: string }[] } }>;

const { BUNDLE = '', EVENT = '' } = process.env;
const require = createRequire(BUNDLE);
const event = JSON.parse(EVENT) as unknown;

const startedAt = performance.now();
const { handler } = require(BUNDLE) as { handler: Handler };
const importMs = performance.now() - startedAt;
const decision = await handler(event);
const ms = performance.now() - startedAt;

const measured: ColdStart = { importMs, ms, effect: decision.policyDocument.Statement[0]?.Effect };
process.send?.(measured, () => process.exit(0));
