import { expect, test } from 'vitest';
import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { revokeLeakedKey } from '../../shared/revocation/revoke-leaked-key.ts';

test('a token that is not active is looked up once, and each token by itself', async () => {
  const lookedUp: string[] = [];
  const services = {
    scalekit: {
      lookUp: async (token: string) => {
        lookedUp.push(token);
        return ok(undefined);
      },
    },
    mutations: { endUnknown: async () => ok(undefined) },
    refused: refusedKeys(),
  } as unknown as KeyServices & { readonly refused: ReturnType<typeof refusedKeys> };
  for (const token of ['one', 'one', '"one"', 'two'])
    expect((await revokeLeakedKey(services, token, 'r')).ok).toBe(true);
  expect(lookedUp).toEqual(['one', 'two']);
});
