import * as z from 'zod';
import { areRanges, hasMappedRange } from '../authentication/address-ranges.ts';
import { allowedIpsClaim } from '../authentication/source-address.ts';
import { idPatterns } from '../deployment.ts';
import { scopeWords } from '../key-claims.ts';

// What a refinement or a transformation checks is told in `meta` as JSON Schema has it: the contract is made of these schemas.

/** Text of `minimum` to `maximum` characters, counted as Scalekit does (code points), without control characters. */
export function text(minimum: number, maximum: number) {
  const error = `must be a string of ${minimum} to ${maximum} characters`;
  const fits = (value: string) => {
    if (value.length > 2 * maximum) return false; // before anything is done with it
    const { length } = Array.from(value);
    return length >= minimum && length <= maximum;
  };
  return z
    .string(error)
    .meta({ minLength: minimum, maxLength: maximum, pattern: '^[^\\u0000-\\u001F\\u007F-\\u009F]*$' })
    .refine(fits, { error, abort: true })
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
      error: 'contains a control character or an unpaired surrogate',
      abort: true,
    });
}

export const KeyId = z.string().regex(idPatterns.key, 'must be a key id: "apit_" and letters or digits');

/** What made a key: another key, a link to the page for keys, a user by a session, or a client by a token. */
export const IssuerId = z
  .string()
  .regex(
    idPatterns.issuer,
    'must be the id of a key, link, user or client: "apit_…", "plink_…", "usr_…" or "m2morg_…"',
  );

/** The path of a route on one key; the organization of an operators' route is read with the actor. */
export const KeyPath = z.object({ keyId: KeyId });

export const UserId = z
  .string('must be a user id')
  .regex(idPatterns.user, 'must be a user id: "usr_" and letters or digits');

const scopeTokens = /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/** OAuth 2.0 scope: words of RFC 6749's scope-token, one space between two. Becomes its distinct words. */
export const Scope = text(1, 256)
  .regex(scopeTokens, 'must be words separated by single spaces')
  .meta({ pattern: scopeTokens.source })
  .transform(scopeWords);

const anyAddress = '0.0.0.0/0';

/** Claims as a caller names them: 1 to 30 characters of name, 1 to 256 of value. */
export const CustomClaims = z
  .record(text(1, 30), text(1, 256), {
    error: (issue) => (issue.code === 'invalid_type' ? 'must be an object of strings' : undefined),
  })
  .refine((claims) => areRanges(claims[allowedIpsClaim] ?? anyAddress), {
    path: [allowedIpsClaim],
    error: 'must be CIDR ranges separated by single spaces, like 192.0.2.0/24 2001:db8::/32',
    abort: true,
  })
  .refine((claims) => !hasMappedRange(claims[allowedIpsClaim] ?? anyAddress), {
    path: [allowedIpsClaim],
    error: 'has an IPv4 range in IPv6 form: write 192.0.2.0/24, not ::ffff:192.0.2.0/120',
  });

/** RFC 3339 with an offset, up to the year 9999 in UTC. */
export const Instant = z
  .string('must be an RFC 3339 date and time')
  .max(40, { error: 'must be an RFC 3339 date and time of at most 40 characters', abort: true })
  .meta({ format: 'date-time' })
  .pipe(z.iso.datetime({ offset: true, error: 'must be an RFC 3339 date and time, like 2030-01-31T12:00:00Z' }))
  .transform((value) => new Date(value))
  .refine((date) => date.getTime() < Date.UTC(10_000, 0), 'must be before the year 10000');
