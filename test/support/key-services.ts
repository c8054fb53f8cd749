import type { Audit } from '../../shared/audit/audit.ts';
import { auditedMutations } from '../../shared/audit/mutations.ts';
import type { EndedSince } from '../../shared/decision-cache/ended.ts';
import type { Marks } from '../../shared/decision-cache/marks.ts';
import type { Suspensions } from '../../shared/decision-cache/suspensions.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { ok } from '../../shared/result.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';

/** Marks whose writes always succeed but store nothing, for tests without cached decisions. */
export const forgottenMarks: Marks = {
  mark: async (keyId) => ({ id: `decision#${keyId}`, written: ok({ notBefore: Infinity, at: 0 }) }),
  markEnded: async (organizationId) => ({ id: `ended#${organizationId}`, written: ok({ notBefore: Infinity, at: 0 }) }),
  settle: async () => ok(undefined),
  keyIdOf: async () => ok(undefined),
};

/** No key is suspended, and nothing is stored. */
export const noSuspensions: Suspensions = { record: async () => ok(undefined), isRecent: async () => ok(false) };

/** The services of operations on a Scalekit. By default audit and marks store nothing. */
export function keyServicesOf(
  scalekit: Scalekit,
  audit: Audit = { record: async () => {} },
  marks: Marks = forgottenMarks,
  endedSince: EndedSince = async () => ok(false),
): KeyServices {
  const metrics = createMetrics();
  return { scalekit, mutations: auditedMutations(scalekit, audit, marks, metrics), endedSince, metrics };
}
