import type { Audit } from '../../shared/audit/audit.ts';
import { auditedMutations } from '../../shared/audit/mutations.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { ok } from '../../shared/result.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';

/** The services of operations on a Scalekit, with no cached decisions; by default the audit forgets. */
export function keyServicesOf(scalekit: Scalekit, audit: Audit = { record: async () => {} }): KeyServices {
  return {
    scalekit,
    mutations: auditedMutations(scalekit, audit),
    cache: { waitMs: 0, reserveMs: 0, flush: async () => ok(undefined) },
    metrics: createMetrics(),
  };
}
