import { isAddressAllowed } from '../authentication/source-address.ts';
import { logger } from '../logger.ts';
import { fail, ok, type Result } from '../result.ts';
import { endedWith } from './grant.ts';
import type { PageAnswer, PageFailure, PortalServices } from './page.ts';
import { codeOf, type PageRequest, sessionCookie } from './request.ts';
import { type FoundLink, linkCallMs, sessionMs } from './store.ts';
import { visitOf } from './visit.ts';

type LinkServices = Pick<PortalServices, 'store' | 'endedSince' | 'planOf'>;

/** Shows who a link is for. It uses nothing up: programs that check links open them, too. */
export async function showLink(request: PageRequest, services: LinkServices): Promise<Result<PageAnswer, PageFailure>> {
  const found = await usableLink(request.query, request, services);
  if (!found.ok) return orList(found.failure, request, services);
  return ok({ status: 200, title: 'Manage API keys', content: <Welcome {...found.value} /> });
}

/** Begins the session of a link, and ends the earlier session of the same browser. */
export async function redeemLink(
  request: PageRequest,
  services: LinkServices,
): Promise<Result<PageAnswer, PageFailure>> {
  const { form, isFromHere, requestId } = request;
  if (!isFromHere) return fail({ kind: 'foreign_form' });
  const found = await usableLink(form, request, services);
  if (!found.ok) return orList(found.failure, request, services);
  const redeemed = await services.store.redeem(found.value);
  if (!redeemed.ok) return redeemed;
  if (!redeemed.value) return fail({ kind: 'link_unusable' });
  if (request.token !== undefined) await services.store.endSession(request.token);
  const { token, session } = redeemed.value;
  const { linkId, organizationId } = session.grant;
  logger.info('portal_session_begun', { requestId, linkId, sessionId: session.sessionId, organizationId });
  return ok({ goTo: 'keys', cookie: sessionCookie(token, sessionMs / 1000) });
}

/** Finds a link that would work now. Its session checks again, on each request, what has ended. */
async function usableLink(
  given: URLSearchParams,
  { sourceIp }: PageRequest,
  { store, endedSince }: LinkServices,
): Promise<Result<FoundLink, PageFailure>> {
  const code = codeOf(given);
  const found = code === undefined ? ok(undefined) : await store.findLink(code);
  if (!found.ok) return found;
  if (!found.value) return fail({ kind: 'link_unusable' });
  const { grant } = found.value;
  const ended = await endedSince(endedWith(grant), grant.madeAt, linkCallMs);
  if (!ended.ok) return ended;
  if (ended.value) return fail({ kind: 'link_unusable' });
  const isAllowed = await isAddressAllowed(grant.customClaims, sourceIp);
  return isAllowed ? ok(found.value) : fail({ kind: 'address_not_allowed' });
}

/** Who goes back to a used link, and still has its session, is led to the list. */
async function orList(
  failure: PageFailure,
  request: PageRequest,
  services: LinkServices,
): Promise<Result<PageAnswer, PageFailure>> {
  if (failure.kind !== 'link_unusable' || request.token === undefined) return fail(failure);
  return (await visitOf(request, services)).ok ? ok({ goTo: 'keys' }) : fail(failure);
}

function Welcome({ grant, code }: Pick<FoundLink, 'grant' | 'code'>) {
  return (
    <div class="narrow">
      <p>
        You can manage {grant.userId === undefined ? 'the API keys of' : 'your own API keys in'}{' '}
        <strong>{grant.organizationName}</strong> here for one hour.
      </p>
      <p class="dim">If you do not know this organization, close this page.</p>
      <form method="post" action="link">
        <input type="hidden" name="code" value={code} />
        <button class="main" type="submit">
          Continue as {grant.organizationName}
        </button>
      </form>
    </div>
  );
}
