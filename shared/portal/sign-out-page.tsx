import { ok } from '../result.ts';
import type { Page } from './page.ts';
import { sessionCookie } from './request.ts';

/** Ends the session for good, and shows the way back. */
export const signOut: Page = async ({ token, session }, { store }) => {
  const ended = await store.endSession(token);
  if (!ended.ok) return ended;
  const { returnUrl } = session.grant;
  return ok({
    status: 200,
    title: 'You are signed out',
    cookie: sessionCookie(undefined, 0),
    content: returnUrl === undefined ? <p>You can close this page.</p> : <a href={returnUrl}>Go back</a>,
  });
};
