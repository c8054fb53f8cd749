import * as z from 'zod';

/** `POST /revoke`, as in RFC 7009. `token_type_hint` is ignored, because there is one kind of token only. */
export const RevokeLeakedKeyInput = {
  form: z.object({ token: z.string('must be the key').min(1, 'must be the key') }),
};
