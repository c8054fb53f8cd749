import { fail, ok, type Result } from '../result.ts';

/** Why a request presents no key that is worth asking Scalekit about. */
export type NoKey = 'missing_credentials' | 'invalid_token';

/** Longer than any key that Scalekit issues; what is longer is refused without a call. */
const maxKeyLength = 512;

/** `Bearer` in any case, one space, and RFC 6750's b64token. */
const bearerCredentials = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;
const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;

/** A token id (`apit_…`), which Scalekit's ValidateToken would accept in place of the key, although lists show it. */
const tokenIdPrefix = /^apit_/i;

/**
 * Takes the key from the Authorization header of a REQUEST authorizer event. Header names are compared without regard
 * to case; two values, another scheme, a malformed or over-long key and a token id are all `invalid_token`.
 */
export function bearerKey(event: {
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
}): Result<string, NoKey> {
  const values = valuesOf('authorization', event.multiValueHeaders ?? event.headers ?? {});
  if (values.every((value) => value === '')) return fail('missing_credentials');
  const [value, ...others] = values;
  const key = others.length === 0 && value !== undefined ? bearerCredentials.exec(value)?.[1] : undefined;
  return key !== undefined && isPossibleKey(key) ? ok(key) : fail('invalid_token');
}

/** Tells whether a text could be a key: worth asking Scalekit about, and no token id. */
export function isPossibleKey(text: string): boolean {
  return text.length <= maxKeyLength && b64token.test(text) && !tokenIdPrefix.test(text);
}

function valuesOf(name: string, headers: Readonly<Record<string, string | string[] | undefined>>): string[] {
  return Object.entries(headers)
    .filter(([header]) => header.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
}
