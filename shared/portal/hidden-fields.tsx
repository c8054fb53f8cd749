import { randomBytes } from 'node:crypto';

/** The token that every form of a session must have. */
export function Csrf({ token }: { readonly token: string }) {
  return <input type="hidden" name="csrf" value={token} />;
}

/** A number of a form that may be sent only once. */
export function FormNumber() {
  return <input type="hidden" name="form" value={randomBytes(16).toString('base64url')} />;
}
