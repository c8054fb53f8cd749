import { keyChanges } from '../audit/key-changes.ts';
import type { Mutations } from '../audit/mutations.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { type KeyDirectory, keyDirectoryFromEnvironment } from '../scalekit/scalekit.ts';

/** What an operation works with that reads keys. */
export interface KeyReading {
  readonly scalekit: KeyDirectory;
  readonly metrics: Metrics;
}

/** What an operation works with that changes keys. */
export interface KeyServices extends KeyReading {
  readonly mutations: Mutations;
}

/** The reading services that the function's environment names. */
export function keyReading(): KeyReading {
  const metrics = createMetrics();
  return { scalekit: keyDirectoryFromEnvironment(metrics), metrics };
}

/** The services that the function's environment names. */
export function keyServices(): KeyServices {
  const metrics = createMetrics();
  return { metrics, ...keyChanges(metrics) };
}
