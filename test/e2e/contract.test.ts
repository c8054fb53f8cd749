import { expect, test } from 'vitest';
import contract from '../../contract/openapi.json' with { type: 'json' };
import { expectProblem, send } from './client.ts';

test('whoever asks gets the contract as it is committed', async () => {
  const answer = await send('GET', '/openapi.json');
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual(contract);
});

test('it takes no query', async () => {
  expectProblem(await send('GET', '/openapi.json?version=2'), 400, 'invalid_request');
});
