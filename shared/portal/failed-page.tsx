import { failureText } from './failure-texts.ts';
import type { PageFailure } from './page.ts';

/** Says what failed, what is good all the same, and what to do. */
export function Failed({ failure, requestId }: { readonly failure: PageFailure; readonly requestId: string }) {
  const isOver = failure.kind === 'session_over' || failure.kind === 'invalid_token';
  return (
    <div class="narrow">
      <p role="alert">{failureText(failure).text}</p>
      {failure.kind === 'session_over' && failure.returnUrl !== undefined ? (
        <p>
          <a href={withReason(failure.returnUrl)}>Go back for a new link</a>
        </p>
      ) : null}
      {isOver || failure.kind === 'link_unusable' ? null : (
        <p>
          <a href="keys">Back to the list</a>
        </p>
      )}
      <p class="dim">
        Number for support: <code>{requestId}</code>
      </p>
    </div>
  );
}

/** Tells the product why its user comes back. */
function withReason(returnUrl: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set('reason', 'session_expired');
  return url.href;
}
