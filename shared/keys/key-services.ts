import { forgettingFromEnvironment, keyChanges } from '../audit/key-changes.ts';
import type { Forgetting, Mutations } from '../audit/mutations.ts';
import { type EndedSince, endedSinceFromEnvironment } from '../decision-cache/ended.ts';
import { type UseRecords, useRecordsFromEnvironment } from '../decision-cache/use-records.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { type KeyDirectory, keyDirectoryFromEnvironment } from '../scalekit/scalekit.ts';
import { secretsFromEnvironment } from '../scalekit/secrets.ts';
import type { PlanOf } from './plan-of-organization.ts';

/** The services of an operation that shows keys. */
export interface KeyReading {
  readonly scalekit: KeyDirectory;
  readonly uses: UseRecords;
  readonly metrics: Metrics;
}

/** The services of an operation that changes keys. */
export interface KeyServices {
  readonly scalekit: KeyDirectory;
  readonly mutations: Mutations;
  /** For callers with tokens and visitors, which Scalekit cannot end. */
  readonly endedSince: EndedSince;
  /** Absent if the product has no plans. */
  readonly planOf?: PlanOf | undefined;
  readonly metrics: Metrics;
}

/** The services of an operation that only ends cached decisions. */
export interface KeyForgetting {
  readonly forgetting: Forgetting;
  readonly metrics: Metrics;
}

/** The reading services that the function's environment names. */
export function keyReading(): KeyReading {
  const metrics = createMetrics();
  return {
    scalekit: keyDirectoryFromEnvironment(metrics, secretsFromEnvironment()),
    uses: useRecordsFromEnvironment(),
    metrics,
  };
}

/** The services that the function's environment names. `planOf` is from the setting `plans`, if there is one. */
export function keyServices(planOf?: PlanOf): KeyServices {
  const metrics = createMetrics();
  return { metrics, planOf, endedSince: endedSinceFromEnvironment(), ...keyChanges(metrics) };
}

/** The services that the function's environment names, without Scalekit. */
export function keyForgetting(): KeyForgetting {
  const metrics = createMetrics();
  return { forgetting: forgettingFromEnvironment(metrics), metrics };
}
