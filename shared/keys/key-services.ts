import { auditFromEnvironment } from '../audit/audit.ts';
import { auditedMutations, type Mutations } from '../audit/mutations.ts';
import { type AuthorizerCache, authorizerCacheFromEnvironment } from '../aws/authorizer-cache.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { type KeyDirectory, type Scalekit, scalekitFromEnvironment } from '../scalekit/scalekit.ts';

/** What an operation works with that reads keys. */
export interface KeyReading {
  readonly scalekit: KeyDirectory;
  readonly metrics: Metrics;
}

/** What an operation works with that changes keys. */
export interface KeyServices extends KeyReading {
  readonly mutations: Mutations;
  /** Of the authorizer's decisions; empty where none are cached. */
  readonly cache: AuthorizerCache;
}

/** The reading services that the function's environment names. */
export function keyReading(): KeyReading {
  return connected();
}

/** The services that the function's environment names. */
export function keyServices(): KeyServices {
  const { scalekit, metrics } = connected();
  const mutations = auditedMutations(scalekit, auditFromEnvironment(metrics));
  return { scalekit, metrics, mutations, cache: authorizerCacheFromEnvironment(metrics) };
}

function connected(): { readonly scalekit: Scalekit; readonly metrics: Metrics } {
  const metrics = createMetrics();
  return { scalekit: scalekitFromEnvironment(metrics), metrics };
}
