import { expect, test } from 'vitest';
import contract from '../../contract/openapi.json' with { type: 'json' };
import { expectProblem, send } from './client.ts';
import { createKey, getKey, listKeys, revokeKey, rotateKey, whoami } from './typed-client/client.ts';

test('whoever asks gets the contract as it is committed', async () => {
  const answer = await send('GET', '/openapi.json');
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual(contract);
});

test('it takes no query', async () => {
  expectProblem(await send('GET', '/openapi.json?version=2'), 400, 'invalid_request');
});

test('a client made from the contract manages keys, and the types say of each status what came', async () => {
  const me = await whoami();
  if (me.status !== 200) throw new Error(`whoami: ${me.status}`);
  const created = await createKey({ description: 'typed', scope: 'keys:read', expiresIn: 60 });
  if (created.status !== 201) throw new Error(`createKey: ${created.status}`);
  expect(created.data.organizationId).toBe(me.data.organizationId);
  const rotated = await rotateKey(created.data.keyId, {});
  if (rotated.status !== 201) throw new Error(`rotateKey: ${rotated.status}`);
  expect(rotated.data.previous.keyId).toBe(created.data.keyId);
  const listed = await listKeys({ pageSize: 30 });
  if (listed.status !== 200) throw new Error(`listKeys: ${listed.status}`);
  expect((await revokeKey(rotated.data.keyId)).status).toBe(204);
  const gone = await getKey(rotated.data.keyId);
  if (gone.status !== 404) throw new Error(`getKey: ${gone.status}`);
  expect(gone.data.code satisfies 'not_found').toBe('not_found');
});
