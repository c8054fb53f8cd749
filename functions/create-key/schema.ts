import { z } from 'zod';
import { maxClaims, scopeWords } from '../../shared/authority.ts';
import { CustomClaims, Instant, Scope, text, UserId } from '../../shared/schemas.ts';

/** A hundred years: what is meant to last longer is meant not to expire. */
const maxSeconds = 100 * 365 * 24 * 3600;

const CreateKeyBody = z
  .strictObject(
    {
      description: text(1, 255).optional(),
      userId: UserId.optional(),
      scope: Scope.optional(),
      customClaims: CustomClaims.optional(),
      expiresAt: Instant.optional(),
      expiresIn: z
        .int('must be a whole number of seconds')
        .positive('must be above 0 seconds')
        .max(maxSeconds, `must be at most ${maxSeconds} seconds; leave it out for a key that does not expire`)
        .optional(),
    },
    'must be a JSON object',
  )
  .transform(({ scope, customClaims = {}, expiresAt, expiresIn, ...rest }, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { scope: scopeClaim, ...claims } = customClaims;
    const claimed = scopeClaim === undefined ? undefined : Scope.safeParse(scopeClaim);
    if (claimed?.success === false) issue(['customClaims', 'scope'], claimed.error.issues[0]?.message ?? 'is no scope');
    if (scope && claimed?.success && !sameWords(scope, claimed.data)) {
      issue(['scope'], 'differs from customClaims.scope, which means the same; name one of them');
    }
    if (Object.keys(customClaims).length > maxClaims) issue(['customClaims'], `has more than ${maxClaims} claims`);
    if (expiresAt && expiresIn !== undefined) issue(['expiresIn'], 'stands beside expiresAt; name one of them');
    const expiry = expiresIn === undefined ? expiresAt : new Date(Date.now() + expiresIn * 1000);
    if (expiry && expiry.getTime() <= Date.now()) issue(['expiresAt'], 'is not in the future');
    return {
      ...rest,
      customClaims: claims,
      scope: scope ?? scopeWords(scopeClaim ?? ''),
      ...(expiry ? { expiresAt: expiry } : {}),
    };
  });

/** `POST /keys`: everything is optional; `expiresIn` is in seconds. */
export const CreateKeyInput = { body: CreateKeyBody };

function sameWords(one: string[], other: string[]): boolean {
  return new Set([...one, ...other]).size === one.length && one.length === other.length;
}
