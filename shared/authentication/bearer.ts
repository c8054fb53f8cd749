import { fail, ok, type Result } from '../result.ts';

/**
 * Why a request presents no key that is worth asking Scalekit about. `malformed_credentials`: it is not of the Bearer scheme, so
 * that nothing is known of the key in it.
 */
export type NoKey = 'missing_credentials' | 'malformed_credentials' | 'invalid_token';

/** Longer than any key that Scalekit issues; what is longer is refused without a call. */
const maxKeyLength = 512;

const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;
const bearerScheme = /^bearer(\s|$)/i;

/** `Bearer` in any case, and one or more spaces, as in RFC 6750. */
const bearerCredentials = /^bearer +(.*)$/is;

/** A token id (`apit_…`), which Scalekit's ValidateToken would accept in place of the key, although lists show it. */
const tokenIdPrefix = /^apit_/i;

/**
 * Takes the key from the Authorization header of a REQUEST authorizer event. Header names are compared without regard
 * to case, and several values are one, as HTTP joins them: none of them hides behind another.
 */
export function bearerKey(event: {
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
}): Result<string, NoKey> {
  const values = valuesOf('authorization', event.multiValueHeaders ?? event.headers ?? {});
  if (values.every((value) => value === '')) return fail('missing_credentials');
  const credentials = values.join(', ');
  if (!bearerScheme.test(credentials)) return fail('malformed_credentials');
  const key = bearerCredentials.exec(credentials)?.[1];
  return key !== undefined && isPossibleKey(key) ? ok(key) : fail('invalid_token');
}

/**
 * The key in a text that a person copied: without the white space, quotes and scheme in and around it, of which no key has any.
 */
export function keyInText(text: string): string {
  const words = text.split(/[\s"'`\u2018-\u201F]+/);
  return words.slice(words.findIndex((word) => word.toLowerCase() === 'bearer') + 1).join('');
}

/** Reports whether a text could be a key: worth asking Scalekit about, and no token id. */
export function isPossibleKey(text: string): boolean {
  return text.length <= maxKeyLength && b64token.test(text) && !tokenIdPrefix.test(text);
}

function valuesOf(name: string, headers: Readonly<Record<string, string | string[] | undefined>>): string[] {
  return Object.entries(headers)
    .filter(([header]) => header.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
}
