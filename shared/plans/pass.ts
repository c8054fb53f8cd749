import type { AuditCause } from '../audit/audit.ts';
import type { Suspensions } from '../decision-cache/suspensions.ts';
import { type Failure, outage } from '../failure.ts';
import { withStoredPlan } from '../key-claims.ts';
import { changeKey } from '../keys/change-key.ts';
import { searchKeys } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { fail, ok, type Result } from '../result.ts';

/** The services that a pass over keys needs. */
export interface PassServices extends Pick<KeyServices, 'scalekit' | 'mutations'> {
  readonly suspensions: Suspensions;
  /** The plan is that of the pass, not yet the stored one. */
  readonly planOf?: undefined;
}

interface Pass {
  readonly organizationId: string;
  /** Absent for none. */
  readonly plan: string | undefined;
  /** Where to begin; absent for the first key. */
  readonly page: string | undefined;
}

/** Where a pass goes on: at a page, or from the first key if keys could not be changed. `failure` is that of the latest such key. */
export interface PassRest {
  readonly next: string | undefined;
  readonly failure?: { readonly keyId: string; readonly kind: string; readonly cause?: unknown };
}

/** Gives each key of an organization a plan, until a time (ms since the epoch). */
export async function passOverKeys(
  services: PassServices,
  { organizationId, plan, page }: Pass,
  until: number,
  requestId: string,
): Promise<Result<'done' | PassRest, Failure>> {
  const cause = { actor: { type: 'schedule' }, requestId, reason: 'plan' } as const;
  let at = page;
  let failure: PassRest['failure'];
  const rest = () => ok(failure ? { next: undefined, failure } : { next: at });
  for (;;) {
    if (Date.now() >= until) return rest();
    const found = await searchKeys(services.scalekit, { organizationId }, 0, at);
    if (!found.ok) return afterRefusal(found.failure, at);
    for (const { keyId } of found.value.keys.filter(({ customClaims }) => customClaims['plan'] !== plan)) {
      if (Date.now() >= until) return rest();
      const given = await give(services, keyId, plan, cause);
      if (!given.ok) failure = { keyId, ...given.failure };
    }
    at = found.value.next;
    if (at === undefined) return failure ? rest() : ok('done');
  }
}

/** An organization that Scalekit no longer knows has no keys. A page that it no longer knows means to begin again. */
function afterRefusal(
  failure: { readonly kind: string; readonly cause: unknown },
  page: string | undefined,
): Result<'done' | PassRest, Failure> {
  if (failure.kind !== 'refused') return fail(outage(failure));
  return ok(page === undefined ? 'done' : { next: undefined });
}

/** Gives a key a plan, unless it is no longer active. It is read again: the list may be older than another change of its claims. */
async function give(
  services: PassServices,
  keyId: string,
  plan: string | undefined,
  cause: AuditCause,
): Promise<Result<void, { readonly kind: string; readonly cause?: unknown }>> {
  const found = await services.scalekit.lookUp(keyId);
  if (!found.ok) return found;
  const key = found.value;
  if (!key || key.customClaims['plan'] === plan) return ok(undefined);
  const changed = await changeKey(services, key, { customClaims: withStoredPlan(key.customClaims, plan) }, cause);
  const isGone = !changed.ok && changed.failure.kind === 'refused' && changed.failure.isUnknown;
  return changed.ok || isGone ? ok(undefined) : changed;
}
