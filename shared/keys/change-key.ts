import type { AuditCause } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { Suspensions } from '../decision-cache/suspensions.ts';
import type { Failure } from '../failure.ts';
import type { AmendedKey, KeyInfo } from '../key.ts';
import { type Claims, hasSameClaims, isSuspended, withStoredPlan, withSuspension } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallFailure } from '../scalekit/verdict.ts';
import type { PlanOf } from './plan-of-organization.ts';

/** The services of a change that keeps suspensions and plans. Without `planOf`, no plan is kept. */
export interface ChangeServices {
  readonly mutations: Pick<Mutations, 'update'>;
  readonly suspensions: Suspensions;
  readonly planOf?: PlanOf | undefined;
}

/** How often a change is repaired: a suspension may come during the repair of a plan. */
const maxRepairs = 2;

/**
 * Changes a key, and repairs what the change has undone. Scalekit replaces all claims of a key at once: a change that read them
 * before a suspension, or before its organization got another plan, writes the old ones. A change without an answer may have been
 * made, so it is repaired too. `not_applied`: Scalekit answered, but the key is not as requested.
 */
export async function changeKey(
  services: ChangeServices,
  key: KeyInfo,
  change: AmendedKey,
  cause: AuditCause,
): Promise<Result<KeyInfo, CallFailure | Failure>> {
  const { mutations } = services;
  const changed = await mutations.update(key, change, cause);
  const isRefused = !changed.ok && changed.failure.kind === 'refused';
  let result: Result<KeyInfo, CallFailure | Failure> = changed;
  let written = changed.ok ? changed.value.customClaims : change.customClaims;
  for (let repairs = 0; change.customClaims && written && !isRefused && repairs < maxRepairs; repairs++) {
    const due = await claimsDue(services, key, written);
    if (!due.ok) return due;
    if (hasSameClaims(due.value, written)) break;
    const repaired = await mutations.update(key, { customClaims: due.value }, cause);
    if (!repaired.ok) return changed.ok ? repaired : changed;
    if (changed.ok) result = repaired;
    written = repaired.value.customClaims;
  }
  return changed.ok && !isApplied(change, changed.value) ? fail({ kind: 'not_applied' }) : result;
}

/** The claims that a key should have, where `written` were written. */
async function claimsDue(
  { suspensions, planOf }: ChangeServices,
  { keyId, organizationId }: KeyInfo,
  written: Claims,
): Promise<Result<Claims, Failure>> {
  const [suspended, plan] = await Promise.all([suspensions.isRecent(keyId), planOf?.(organizationId)]);
  if (!suspended.ok) return suspended;
  if (plan && !plan.ok) return plan;
  const planned = plan && plan.value !== written['plan'] ? withStoredPlan(written, plan.value) : written;
  return ok(suspended.value && !isSuspended({ customClaims: planned }) ? withSuspension(planned, true) : planned);
}

/** Reports whether a key has the requested description and claims, and no other claim. */
function isApplied({ description, customClaims }: AmendedKey, key: KeyInfo): boolean {
  return (
    (description === undefined || (key.description ?? '') === description) &&
    (customClaims === undefined || hasSameClaims(customClaims, key.customClaims))
  );
}
