import type { AuditCause } from '../audit/audit.ts';
import type { Suspensions } from '../decision-cache/suspensions.ts';
import { type Failure, outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { isSuspended, withStoredPlan, withSuspension } from '../key-claims.ts';
import { searchKeys } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { fail, ok, type Result } from '../result.ts';

/** The services that a pass over keys needs. */
export interface PassServices extends Pick<KeyServices, 'scalekit' | 'mutations'> {
  readonly suspensions: Suspensions;
}

interface Pass {
  readonly organizationId: string;
  /** Absent for none. */
  readonly plan: string | undefined;
  /** Where to begin; absent for the first key. */
  readonly page: string | undefined;
}

/**
 * Gives each key of an organization a plan. If that is not done by `until` (ms since the epoch), `next` is the page to go on with.
 * If keys could not be changed, it begins again.
 */
export async function passOverKeys(
  services: PassServices,
  { organizationId, plan, page }: Pass,
  until: number,
  requestId: string,
): Promise<Result<'done' | { readonly next: string | undefined }, Failure>> {
  const cause = { actor: { type: 'schedule' }, requestId, reason: 'plan' } as const;
  let at = page;
  for (let isWhole = true; ; ) {
    if (Date.now() >= until) return ok({ next: isWhole ? at : undefined });
    const found = await searchKeys(services.scalekit, { organizationId }, 0, at);
    if (!found.ok) return afterRefusal(found.failure, at);
    for (const key of found.value.keys.filter(({ customClaims }) => customClaims['plan'] !== plan)) {
      if (Date.now() >= until) return ok({ next: isWhole ? at : undefined });
      isWhole = (await give(services, key, plan, cause)) && isWhole;
    }
    at = found.value.next;
    if (at === undefined) return ok(isWhole ? 'done' : { next: undefined });
  }
}

/** An organization that Scalekit no longer knows has no keys. A page that it no longer knows means to begin again. */
function afterRefusal(
  failure: { readonly kind: string; readonly cause: unknown },
  page: string | undefined,
): Result<'done' | { readonly next: undefined }, Failure> {
  if (failure.kind !== 'refused') return fail(outage(failure));
  return ok(page === undefined ? 'done' : { next: undefined });
}

/** Gives a key a plan. Reports whether it has the plan then, or is no longer active. */
async function give(
  { mutations, suspensions }: PassServices,
  key: KeyInfo,
  plan: string | undefined,
  cause: AuditCause,
): Promise<boolean> {
  const changed = await mutations.update(key, { customClaims: withStoredPlan(key.customClaims, plan) }, cause);
  if (!changed.ok) return changed.failure.kind === 'refused';
  if (isSuspended(changed.value)) return true;
  // This change has read the claims before a suspension, and undone it.
  const recent = await suspensions.isRecent(key.keyId);
  if (!recent.ok) return false;
  if (!recent.value) return true;
  const customClaims = withSuspension(changed.value.customClaims, true);
  return (await mutations.update(changed.value, { customClaims }, cause)).ok;
}
