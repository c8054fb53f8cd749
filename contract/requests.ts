import { CreateKeyInput } from '../functions/create-key/schema.ts';
import { RevokeKeysInput } from '../functions/revoke-keys/schema.ts';
import { RevokeLeakedKeyInput } from '../functions/revoke-leaked-key/schema.ts';
import { RotateKeyInput } from '../functions/rotate-key/schema.ts';
import { UpdateKeyInput } from '../functions/update-key/schema.ts';

/** The bodies of requests: the schemas with which the functions parse them, by their names in the document. */
export const requests = {
  CreateKeyRequest: CreateKeyInput.body,
  UpdateKeyRequest: UpdateKeyInput.body,
  RotateKeyRequest: RotateKeyInput.body,
  RevokeKeysRequest: RevokeKeysInput.body,
  LeakedKey: RevokeLeakedKeyInput.form,
};
