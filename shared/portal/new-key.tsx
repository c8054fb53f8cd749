import type { PropsWithChildren } from 'hono/jsx';
import { Time } from './layout.tsx';

/** Shows a plain key, once. The script guards against leaving before it is copied. */
export function NewKey({ plainKey, children }: PropsWithChildren<{ readonly plainKey: string }>) {
  return (
    <div class="narrow">
      <p class="note warn">
        <strong>Save this key now.</strong> It is shown only this once, and nobody can show it again.
      </p>
      <p>
        <label for="key">Your key</label>
        <input class="key" id="key" value={plainKey} readonly autofocus autocomplete="off" spellcheck={false} />
      </p>
      {children}
      <p class="actions">
        <button class="main" id="copy" type="button" hidden>
          Copy
        </button>
        <a class="button" id="stored" href="keys">
          I have saved it
        </a>
        <span id="copied" role="status" />
      </p>
    </div>
  );
}

/** When a new key ends. */
export function Ends({ expiresAt }: { readonly expiresAt: string | undefined }) {
  if (expiresAt === undefined) return <p>It does not expire.</p>;
  return (
    <p>
      It expires on <Time at={expiresAt} />.
    </p>
  );
}
