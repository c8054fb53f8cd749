import { fail, ok, type Result } from '../result.ts';

/**
 * Why a request has no key to ask Scalekit about. `malformed_credentials`: the header does not use the Bearer scheme, so nothing
 * is known about the key in it.
 */
export type NoKey = 'missing_credentials' | 'malformed_credentials' | 'invalid_token';

/** Longer than any key that Scalekit issues. A longer string is refused without a call. */
const maxKeyLength = 512;

const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;
const bearerScheme = /^bearer(\s|$)/i;

/** `Bearer` in any case, and one or more spaces, as in RFC 6750. */
const bearerCredentials = /^bearer +(.*)$/is;

/** A token id (`apit_…`). Scalekit's ValidateToken accepts it in place of the key, although lists show it. */
const tokenIdPrefix = /^apit_/i;

/**
 * Reads the key from the Authorization header of a REQUEST authorizer event. Header names are not case-sensitive. Several values
 * are joined as in HTTP, so that no value can hide behind another.
 */
export function bearerKey(event: WithHeaders): Result<string, NoKey> {
  const credentials = bearerText(event);
  if (!credentials.ok) return credentials;
  return credentials.value !== undefined && isPossibleKey(credentials.value)
    ? ok(credentials.value)
    : fail('invalid_token');
}

/**
 * Reads a JWT from the same header: three parts, of which the first begins like a JSON object in base64url. No key has this form,
 * because keys have no dot. `undefined` if there is none.
 */
export function bearerToken(event: WithHeaders): string | undefined {
  const credentials = bearerText(event);
  const token = credentials.ok ? credentials.value : undefined;
  return token?.startsWith('eyJ') && token.split('.').length === 3 ? token : undefined;
}

interface WithHeaders {
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
}

/** The text after the scheme; `undefined` if there is none. */
function bearerText(event: WithHeaders): Result<string | undefined, NoKey> {
  const values = valuesOf('authorization', event.multiValueHeaders ?? event.headers ?? {});
  if (values.every((value) => value === '')) return fail('missing_credentials');
  const credentials = values.join(', ');
  if (!bearerScheme.test(credentials)) return fail('malformed_credentials');
  return ok(bearerCredentials.exec(credentials)?.[1]);
}

/** The key in a string that a person copied. Removes white space, quotes and the scheme, which no key contains. */
export function keyInText(text: string): string {
  const words = text.split(/[\s"'`\u2018-\u201F]+/);
  return words.slice(words.findIndex((word) => word.toLowerCase() === 'bearer') + 1).join('');
}

/** Reports whether a string could be a key, so that Scalekit should be asked, and is no token id. */
export function isPossibleKey(text: string): boolean {
  return text.length <= maxKeyLength && b64token.test(text) && !tokenIdPrefix.test(text);
}

function valuesOf(name: string, headers: Readonly<Record<string, string | string[] | undefined>>): string[] {
  return Object.entries(headers)
    .filter(([header]) => header.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
}
