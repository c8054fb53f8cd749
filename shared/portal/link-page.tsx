import { logger } from '../logger.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Grant } from './grant.ts';
import type { PageAnswer, PageFailure, PortalServices } from './page.ts';
import { codeOf, type PageRequest, sessionCookie } from './request.ts';
import { sessionMs } from './store.ts';

/** Shows who a link is for. It uses nothing up: programs that check links open them, too. */
export async function showLink(
  { query }: PageRequest,
  services: PortalServices,
): Promise<Result<PageAnswer, PageFailure>> {
  const code = codeOf(query);
  if (code === undefined) return fail({ kind: 'link_unusable' });
  const found = await services.store.findLink(code);
  if (!found.ok) return found;
  const grant = found.value;
  if (!grant) return fail({ kind: 'link_unusable' });
  const ended = await services.endedSince(grant, grant.madeAt);
  if (!ended.ok) return ended;
  if (ended.value) return fail({ kind: 'link_unusable' });
  return ok({ status: 200, title: 'Manage API keys', content: <Welcome grant={grant} code={code} /> });
}

/** Begins the session of a link. */
export async function redeemLink(
  { form, isFromHere, requestId }: PageRequest,
  { store, endedSince }: PortalServices,
): Promise<Result<PageAnswer, PageFailure>> {
  if (!isFromHere) return fail({ kind: 'foreign_form' });
  const code = codeOf(form);
  const redeemed = code === undefined ? ok(undefined) : await store.redeem(code);
  if (!redeemed.ok) return redeemed;
  if (!redeemed.value) return fail({ kind: 'link_unusable' });
  const { token, session } = redeemed.value;
  const { grant, sessionId } = session;
  const ended = await endedSince(grant, grant.madeAt);
  if (!ended.ok) return ended;
  if (ended.value) return fail({ kind: 'link_unusable' });
  const { linkId, organizationId } = grant;
  logger.info('portal_session_begun', { requestId, linkId, sessionId, organizationId });
  return ok({ goTo: 'keys', cookie: sessionCookie(token, sessionMs / 1000) });
}

function Welcome({ grant, code }: { readonly grant: Grant; readonly code: string }) {
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
