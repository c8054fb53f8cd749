import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedScalekit, startEmbeddedScalekit } from '../../local/scalekit/server.ts';
import { sdkOf } from '../support/client.ts';
import { others } from './tools.ts';

// The guard of examples/sdks in an Express app.

let scalekit: EmbeddedScalekit;
let url: string;
let stop: () => void;
beforeAll(async () => {
  scalekit = await startEmbeddedScalekit({ databaseFile: ':memory:' });
  const env = {
    ...process.env,
    SCALEKIT_ENVIRONMENT_URL: scalekit.environmentUrl,
    SCALEKIT_CLIENT_ID: scalekit.client.clientId,
    SCALEKIT_CLIENT_SECRET: scalekit.client.clientSecret,
  };
  const app = spawn(process.execPath, [`${others}express.mjs`], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  stop = () => void app.kill();
  const [port] = await once(app.stdout.setEncoding('utf8'), 'data');
  url = `http://127.0.0.1:${String(port).trim()}/`;
});
afterAll(async () => {
  stop();
  await scalekit.close();
});

async function answerTo(authorization?: string) {
  const answer = await fetch(url, authorization === undefined ? {} : { headers: { authorization } });
  return [answer.status, await answer.json()];
}

test('only a good key is let through, and a failure of Scalekit is no verdict on the key', async () => {
  const { environmentUrl, client } = scalekit;
  const sdk = sdkOf({ environmentUrl, ...client });
  const { organization } = await sdk.organization.createOrganization('Acme');
  const { token, tokenId } = await sdk.token.createToken(organization?.id ?? '');
  const refused = (status: number, code: string) => [status, { status, code }];
  expect(await answerTo(`Bearer ${token}`)).toEqual([200, { organizationId: organization?.id }]);
  expect(await answerTo()).toEqual(refused(401, 'missing_credentials'));
  expect(await answerTo('Bearer unknown')).toEqual(refused(401, 'invalid_token'));
  expect(await answerTo(`Bearer ${tokenId}`)).toEqual(refused(401, 'invalid_token'));
  for (const kind of ['unavailable', 'permission_denied'] as const) {
    scalekit.monitor.setFault({ kind, on: ['ValidateToken'], skip: 0, delayMs: 0 });
    expect(await answerTo(`Bearer ${token}`), kind).toEqual(refused(503, 'upstream_unavailable'));
  }
  scalekit.monitor.setFault(undefined);
  await sdk.token.invalidateToken(tokenId);
  expect(await answerTo(`Bearer ${token}`)).toEqual(refused(401, 'invalid_token'));
});
