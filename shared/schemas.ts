import { z } from 'zod';
import { scopeWords } from './authority.ts';

/** Text of `minimum` to `maximum` characters, counted as Scalekit does (code points), without control characters. */
export function text(minimum: number, maximum: number) {
  return z
    .string(`must be a text of ${minimum} to ${maximum} characters`)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'holds a control character or half a character')
    .refine(
      (value) => Array.from(value).length >= minimum && Array.from(value).length <= maximum,
      `must have ${minimum} to ${maximum} characters`,
    );
}

export const KeyId = z.string().regex(/^apit_[0-9A-Za-z]+$/, 'must be a key id: "apit_" and letters or digits');

export const UserId = z
  .string('must be a user id')
  .regex(/^usr_[0-9A-Za-z]+$/, 'must be a user id: "usr_" and letters or digits');

/** OAuth 2.0 scope: words of RFC 6749's scope-token, one space between two. Becomes its distinct words. */
export const Scope = text(1, 256)
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/, 'must be words with one space between two')
  .transform(scopeWords);

/** Claims as a caller names them: 1 to 30 characters of name, 1 to 256 of value. */
export const CustomClaims = z.record(text(1, 30), text(1, 256), 'must be an object of texts');

/** RFC 3339 with an offset. */
export const Instant = z
  .string('must be an RFC 3339 date and time')
  .pipe(z.iso.datetime({ offset: true, error: 'must be an RFC 3339 date and time, like 2030-01-31T12:00:00Z' }))
  .transform((value) => new Date(value));
