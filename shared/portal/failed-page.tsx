import { failureText } from './failure-texts.ts';
import { Csrf } from './hidden-fields.tsx';
import type { PageFailure } from './page.ts';

interface FailedProps {
  readonly failure: PageFailure;
  readonly requestId: string;
  /** Of a session. */
  readonly csrf: string | undefined;
}

/** Says what failed, what is good all the same, and what to do. */
export function Failed({ failure, requestId, csrf }: FailedProps) {
  const hasSession = csrf !== undefined && failure.kind !== 'invalid_token';
  return (
    <div class="narrow">
      <p role="alert">{failureText(failure).text}</p>
      {failure.kind === 'invalid_request' ? (
        <ul>
          {failure.errors.map(({ message }) => (
            <li>{message}</li>
          ))}
        </ul>
      ) : null}
      {failure.kind === 'session_over' && failure.returnUrl !== undefined ? (
        <p>
          <a href={withReason(failure.returnUrl)}>Go back for a new link</a>
        </p>
      ) : null}
      {failure.kind === 'unfinished' && csrf !== undefined ? <Again {...failure} csrf={csrf} /> : null}
      {hasSession ? (
        <p class="actions">
          {failure.retry === undefined ? null : <a href={failure.retry}>Try again</a>}
          <a href="keys">Back to the list</a>
        </p>
      ) : null}
      <p class="dim">
        Number for support: <code>{requestId}</code>
      </p>
    </div>
  );
}

interface AgainProps {
  readonly action: 'revoke' | 'suspend';
  readonly keyId: string;
  readonly csrf: string;
}

/** The form of a change that may be sent again: the list may not show the key any more. */
export function Again({ action, keyId, csrf }: AgainProps) {
  return (
    <form method="post" action={action}>
      <Csrf token={csrf} />
      <input type="hidden" name="keyId" value={keyId} />
      <button class="bad" type="submit">
        {action === 'revoke' ? 'Revoke it again' : 'Suspend it again'}
      </button>
    </form>
  );
}

/** Tells the product why its user comes back. */
function withReason(returnUrl: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set('reason', 'session_expired');
  return url.href;
}
