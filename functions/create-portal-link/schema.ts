import * as z from 'zod';
import { claimFields, separateScope } from '../../shared/endpoint/claim-fields.ts';
import { text, UserId } from '../../shared/endpoint/schemas.ts';

const maxSeconds = 900;

/** Where a person goes when it leaves the page. HTTP is for a product under development only. */
const ReturnUrl = text(1, 2048)
  .refine((value) => {
    const url = URL.parse(value);
    if (!url || url.username || url.password) return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname));
  }, 'must be a URL that begins with https://')
  .transform((value) => new URL(value).href);

const CreatePortalLinkBody = z
  .strictObject(
    {
      ...claimFields,
      userId: UserId.optional(),
      returnUrl: ReturnUrl.optional(),
      expiresIn: z
        .int('must be a whole number of seconds')
        .min(1, 'must be more than 0 seconds')
        .max(maxSeconds, `must be at most ${maxSeconds} seconds (15 minutes)`)
        .default(maxSeconds),
    },
    'must be a JSON object',
  )
  .transform(({ userId, returnUrl, expiresIn, ...fields }, context) => {
    const { scope = [], customClaims = {} } = separateScope(fields, context);
    return { userId, returnUrl, expiresIn, scope, customClaims };
  });

/** `POST /organizations/{organizationId}/portal-links`: `scope` is needed. `expiresIn` is in seconds. */
export const CreatePortalLinkInput = { body: CreatePortalLinkBody };
