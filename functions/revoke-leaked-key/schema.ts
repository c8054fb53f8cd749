import * as z from 'zod';

/** `POST /revoke`, as in RFC 7009; the hint is of no use here, where there is one kind of token. */
export const RevokeLeakedKeyInput = {
  form: z.object({ token: z.string('must be the key').min(1, 'must be the key') }),
};
