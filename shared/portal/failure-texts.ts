import { toProblem } from '../endpoint/problem.ts';
import type { PageFailure } from './page.ts';

interface FailureText {
  readonly title: string;
  readonly text: string;
}

/** What a person reads for each failure. */
const texts: Readonly<Record<PageFailure['kind'], FailureText>> = {
  session_over: {
    title: 'Your session has ended',
    text: 'Sessions last an hour. To go on, open this page again from the place where you found its link. Your keys are not affected.',
  },
  link_unusable: {
    title: 'This link does not work any more',
    text: 'Each link works once, for a few minutes. Ask for a new one where you got it. Your keys are not affected.',
  },
  foreign_form: {
    title: 'Nothing was changed',
    text: 'The form came from another page or an earlier session. Open the list of keys, and try again there.',
  },
  already_sent: {
    title: 'This form was already sent',
    text: 'Nothing was done twice. Look at the list. If it has a key that you did not save, revoke it and create another, because a key is shown only once. If nothing was done, start again from the list.',
  },
  address_not_allowed: {
    title: 'Not from this address',
    text: 'This link may be used from some addresses only, such as your office. Your keys are not affected.',
  },
  unfinished: {
    title: 'It is not finished yet',
    text: 'Requests with the key may still be accepted for a while. Please do it again: that completes it.',
  },
  rotation_unknown: {
    title: 'We do not know whether it worked',
    text: 'Our key service did not answer in time. Open the list. If there is a key that you do not know, rotate that one: then you see its replacement. If there is none, rotate the old key again.',
  },
  invalid_request: { title: 'Please check what you entered', text: 'Nothing was changed.' },
  invalid_token: { title: 'Your session has ended', text: 'It ended while you worked. Nothing was changed.' },
  invalid_webhook_signature: { title: 'Nothing was changed', text: 'The request is not one of this page.' },
  not_found: {
    title: 'There is no such key',
    text: 'It has expired or was revoked, or it is not one of your keys.',
  },
  insufficient_scope: {
    title: 'You may not do this here',
    text: 'Your link does not allow it. Ask for another link if you need it.',
  },
  beyond_authority: {
    title: 'You may not do this here',
    text: 'It is more than your link allows. Nothing was changed.',
  },
  upstream_unavailable: {
    title: 'We cannot reach our key service',
    text: 'Your keys are good: do not replace them. Please try again in a minute.',
  },
  outcome_unknown: {
    title: 'We do not know whether it worked',
    text: 'Our key service did not answer in time. Open the list: if there is a key that you do not know, revoke it, then try again. Your other keys are good.',
  },
  not_applied: {
    title: 'The change was not made as asked',
    text: 'Open the list and look at the key before you try again.',
  },
  already_rotated: {
    title: 'This key was already replaced',
    text: 'Its replacement is in the list. If nobody saved the replacement, revoke it, and then rotate this key again.',
  },
  too_many_keys: {
    title: 'There are too many keys',
    text: 'You have reached the limit of active keys. Revoke one that you do not need, then try again.',
  },
  cache_not_flushed: {
    title: 'It is not finished yet',
    text: 'Requests with the key may be accepted for a while. Please do the same again.',
  },
  internal_error: {
    title: 'Something failed on our side',
    text: 'Please try again. If it fails again, tell support the number below.',
  },
};

/** The status of the page itself for failures that no operation has. */
const ownStatus: Readonly<Record<string, number>> = {
  session_over: 401,
  link_unusable: 410,
  foreign_form: 403,
  already_sent: 409,
  address_not_allowed: 403,
  unfinished: 503,
  rotation_unknown: 503,
};

/** The status, title and text of a failure. */
export function failureText(failure: PageFailure): FailureText & { readonly status: number } {
  const own = ownStatus[failure.kind];
  const status = own ?? toProblem(failure as Parameters<typeof toProblem>[0], '').body.status;
  return { status, ...texts[failure.kind] };
}
