/**
 * portal/ is the page on which customers manage their keys. An operator makes a link, which works once and begins a session. Its
 * entry is `portalHandler`. Each operation on keys is that of the API: with the same authority, and the same audit. No page needs
 * a script. It promises that a form of another site changes nothing, and that the plain key is in one answer only.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { logFailure } from '../endpoint/log-failure.ts';
import { logger } from '../logger.ts';
import { fail, ok, type Result } from '../result.ts';
import { revoke, rotate, showRevoke, showRotate, showSuspend, suspend } from './change-pages.tsx';
import { create, showCreate } from './create-page.tsx';
import { Failed } from './failed-page.tsx';
import { failureText } from './failure-texts.ts';
import { pageHeaders, renderPage } from './layout.tsx';
import { redeemLink, showLink } from './link-page.tsx';
import { showKeys } from './list-page.tsx';
import type { Page, PageAnswer, PageFailure, PortalServices, Visit } from './page.ts';
import { hasCsrf, type PageRequest, readPageRequest } from './request.ts';
import { signOut } from './sign-out-page.tsx';
import { visitOf } from './visit.ts';

/** The pages of a session, by method and the last part of the path. */
const pages: ReadonlyMap<string, Page> = new Map([
  ['GET keys', showKeys],
  ['GET new', showCreate],
  ['POST new', create],
  ['GET rotate', showRotate],
  ['POST rotate', rotate],
  ['GET suspend', showSuspend],
  ['POST suspend', suspend],
  ['GET revoke', showRevoke],
  ['POST revoke', revoke],
  ['POST sign-out', signOut],
]);

/** Makes the handler of all pages. Each failure becomes a page, and an exception a logged one. */
export function portalHandler(services: PortalServices) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const request = readPageRequest(event);
    let visit: Visit | undefined;
    const answer = async (): Promise<Result<PageAnswer, PageFailure>> => {
      if (request.page === 'link')
        return request.method === 'POST' ? redeemLink(request, services) : showLink(request, services);
      const found = await visitOf(request, services);
      visit = found.ok ? found.value : undefined;
      return found.ok ? pageOf(found.value, services) : found;
    };
    const shown = async (result: Result<PageAnswer, PageFailure>): Promise<APIGatewayProxyResult> => {
      const page = result.ok ? result.value : failedPage(result.failure, request, visit);
      const rendered = await resultOf(page, visit, services.productName);
      log(request, visit, page, services);
      return rendered;
    };
    try {
      return await shown(await answer());
    } catch (cause) {
      return shown(fail({ kind: 'internal_error', cause }));
    }
  };
}

async function pageOf(visit: Visit, services: PortalServices): Promise<Result<PageAnswer, PageFailure>> {
  const { method, page, isFromHere } = visit.request;
  const run = pages.get(`${method} ${page}`);
  if (!run) return ok({ goTo: 'keys' });
  if (method === 'POST' && !(isFromHere && hasCsrf(visit.request))) return fail({ kind: 'foreign_form' });
  return run(visit, services);
}

function failedPage(failure: PageFailure, { requestId }: PageRequest, visit: Visit | undefined): PageAnswer {
  logFailure(failure, requestId);
  const { status, title } = failureText(failure);
  return {
    status,
    title,
    failure: failure.kind,
    content: <Failed failure={failure} requestId={requestId} csrf={visit?.csrf} />,
  };
}

/** The same line as of other routes. Neither query nor form is in it. */
function log(
  { requestId, page }: PageRequest,
  visit: Visit | undefined,
  answer: PageAnswer,
  services: PortalServices,
): void {
  const { linkId, organizationId } = visit?.session.grant ?? {};
  const status = 'goTo' in answer ? 303 : answer.status;
  const failure = 'failure' in answer ? { failure: answer.failure } : {};
  const who = linkId === undefined ? {} : { linkId, sessionId: visit?.session.sessionId, organizationId };
  logger.info('answered', {
    requestId,
    page: page.slice(0, 20),
    status,
    ...who,
    ...failure,
    ...services.metrics.take(),
  });
}

async function resultOf(
  answer: PageAnswer,
  visit: Visit | undefined,
  productName: string,
): Promise<APIGatewayProxyResult> {
  const cookie = answer.cookie === undefined ? {} : { 'Set-Cookie': answer.cookie };
  if ('goTo' in answer)
    return { statusCode: 303, headers: { ...pageHeaders, ...cookie, Location: answer.goTo }, body: '' };
  const { status, title, content } = answer;
  return {
    statusCode: status,
    headers: { ...pageHeaders, ...cookie },
    body: await renderPage({
      title,
      productName,
      visit: answer.cookie === undefined ? visit : undefined,
      children: content,
    }),
  };
}
