import { marksFromEnvironment } from '../decision-cache/marks.ts';
import type { Metrics } from '../metrics.ts';
import { type KeyDirectory, scalekitFromEnvironment } from '../scalekit/scalekit.ts';
import { auditFromEnvironment } from './audit.ts';
import { auditedMutations, type Forgetting, type Mutations, markedForgetting } from './mutations.ts';

/**
 * The Scalekit, the audit bus and the table that the function's environment names. Only the mutations get a Scalekit that can
 * change keys, so every change is marked and recorded.
 */
export function keyChanges(metrics: Metrics): { readonly scalekit: KeyDirectory; readonly mutations: Mutations } {
  const scalekit = scalekitFromEnvironment(metrics);
  const audit = auditFromEnvironment(metrics);
  return { scalekit, mutations: auditedMutations(scalekit, audit, marksFromEnvironment(), metrics) };
}

/** The {@link Forgetting} of the table that the function's environment names. It needs no Scalekit. */
export function forgettingFromEnvironment(metrics: Metrics): Forgetting {
  return markedForgetting(marksFromEnvironment(), metrics);
}
