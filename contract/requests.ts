import { CreateKeyInput } from '../functions/create-key/schema.ts';
import { RevokeKeysInput } from '../functions/revoke-keys/schema.ts';
import { RevokeLeakedKeyInput } from '../functions/revoke-leaked-key/schema.ts';
import { RotateKeyInput } from '../functions/rotate-key/schema.ts';
import { UpdateKeyInput } from '../functions/update-key/schema.ts';

/** The bodies that requests have: the schemas that the functions parse them with, by the names in the document. */
export const requests = {
  CreateKeyRequest: CreateKeyInput.body,
  UpdateKeyRequest: UpdateKeyInput.body,
  RotateKeyRequest: RotateKeyInput.body,
  RevokeKeysRequest: RevokeKeysInput.body,
  LeakedKey: RevokeLeakedKeyInput.form,
};
