import { expect, test } from 'vitest';
import contract from '../../functions/openapi/openapi.json' with { type: 'json' };
import { expectProblem, send } from './client.ts';
import { operate } from './contract-client.ts';

test('every client gets the committed contract', async () => {
  const answer = await send('GET', '/openapi.json');
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual(contract);
});

test('the route accepts no query', async () => {
  expectProblem(await send('GET', '/openapi.json?version=2'), 400, 'invalid_request');
});

test('a client that knows only the contract can manage keys', async () => {
  const me = await operate('whoami');
  expect(me.status, me.text).toBe(200);
  const created = await operate('createKey', {}, { description: 'by contract', scope: 'keys:read', expiresIn: 60 });
  expect(created.status, created.text).toBe(201);
  expect(created.json.organizationId).toBe(me.json.organizationId);
  const rotated = await operate('rotateKey', { keyId: created.json.keyId }, {});
  expect(rotated.status, rotated.text).toBe(201);
  expect(rotated.json.previous.keyId).toBe(created.json.keyId);
  const { keyId } = rotated.json;
  const updated = await operate('updateKey', { keyId }, { description: 'changed' });
  expect(updated.json).toMatchObject({ keyId, description: 'changed' });
  const listed = await operate('listKeys', { pageSize: 1 });
  expect(listed.json.keys).toHaveLength(1);
  expect((await operate('revokeKey', { keyId })).status).toBe(204);
  expectProblem(await operate('getKey', { keyId }), 404, 'not_found');
  const leaked = await operate('createKey', {}, {});
  expect((await operate('revokeLeakedKey', {}, { token: leaked.json.key })).status).toBe(200);
  expectProblem(await operate('getKey', { keyId: leaked.json.keyId }), 404, 'not_found');
});
