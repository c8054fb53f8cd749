import { isAddressAllowed } from '../authentication/source-address.ts';
import type { Failure } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { endedWith, visitorOf } from './grant.ts';
import type { PageFailure, PortalServices, Visit } from './page.ts';
import { csrfOf, type PageRequest } from './request.ts';

/** Finds the session of a request. It is over after an hour, at sign-out, and when its organization or user is ended. */
export async function visitOf(
  request: PageRequest,
  services: Pick<PortalServices, 'store' | 'endedSince' | 'planOf'>,
): Promise<Result<Visit, PageFailure>> {
  const startedAt = Date.now();
  const { token, requestId, sourceIp } = request;
  if (token === undefined) return fail({ kind: 'session_over' });
  const { store, endedSince, planOf } = services;
  const found = await store.findSession(token);
  if (!found.ok) return found;
  if (!found.value) return fail({ kind: 'session_over' });
  const { isOver, ...session } = found.value;
  const { grant } = session;
  const ended = isOver ? ok(true) : await endedSince(endedWith(grant), grant.madeAt);
  if (!ended.ok) return ended;
  if (ended.value) return fail({ kind: 'session_over', returnUrl: grant.returnUrl });
  if (!(await isAddressAllowed(grant.customClaims, sourceIp))) return fail({ kind: 'address_not_allowed' });
  const plan = planOf ? await planOf(grant.organizationId) : ok(grant.customClaims['plan']);
  if (!plan.ok) return plan;
  const stands = async (): Promise<Result<void, Failure>> => {
    const now = await visitOf(request, services);
    if (now.ok) return ok(undefined);
    return fail(now.failure.kind === 'upstream_unavailable' ? now.failure : { kind: 'invalid_token' });
  };
  return ok({
    request,
    startedAt,
    session,
    token,
    by: { actor: visitorOf(session, plan.value), requestId, stands },
    csrf: csrfOf(token),
  });
}
