import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, exchange } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { apiAudience, appAudience, clientToken, newClient, sessionToken } from './sign-in.ts';

// Forged tokens, and good tokens of Scalekit that are for something else, over HTTP. Each is refused as a bad key is.

let runtime: RuntimeProcess;
let jwk: JWK;
/** A key pair that Scalekit does not publish. */
let foreign: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
  jwk = (await exchange(runtime.outputs.scalekit.environmentUrl, 'GET', '/keys')).json.keys[0];
  foreign = await generateKeyPair('RS256');
  expect((await whoami(await good())).status).toBe(200);
});
afterAll(() => runtime.stop());

const { call } = clientOf(() => runtime.outputs);
const whoami = (token: string) => call(token, 'GET', '/whoami');
/** A good token, except for these claims. */
const good = (claims: object = {}) => sessionToken(runtime.outputs, { claims });
const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const payloadOf = async () => decode((await good()).split('.')[1]);
/** A token with another header, and the signature of the good one or none. */
async function withHeader(header: object, signature?: string): Promise<string> {
  const [, payload, signed] = (await good()).split('.');
  return `${encode(header)}.${payload}.${signature ?? signed}`;
}
/** The payload of a good token, signed with a key of ours. */
const signedWith = async (key: CryptoKey | Uint8Array, header: { alg: string; [name: string]: unknown }) =>
  new SignJWT(await payloadOf()).setProtectedHeader(header).sign(key);
const soon = () => Math.floor(Date.now() / 1_000) + 3_600;

const forgeries: [what: string, forge: () => Promise<string>][] = [
  ['alg none without a signature', () => withHeader({ alg: 'none', kid: jwk.kid }, '')],
  ['alg none with a signature', () => withHeader({ alg: 'none', kid: jwk.kid })],
  ['alg None', () => withHeader({ alg: 'None', kid: jwk.kid })],
  [
    'HS256 with the public key (PEM) as the secret',
    () => {
      const pem = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      return signedWith(Buffer.from(pem), { alg: 'HS256', kid: jwk.kid });
    },
  ],
  [
    'HS256 with the public key (JWK) as the secret',
    () => signedWith(Buffer.from(JSON.stringify(jwk)), { alg: 'HS256', kid: jwk.kid }),
  ],
  ['RS256 in the header of another algorithm', () => withHeader({ alg: 'RS384', kid: jwk.kid })],
  ['PS256', () => withHeader({ alg: 'PS256', kid: jwk.kid })],
  [
    'a key of another environment with the same kid',
    () => signedWith(foreign.privateKey, { alg: 'RS256', kid: jwk.kid }),
  ],
  ['an unknown kid', () => signedWith(foreign.privateKey, { alg: 'RS256', kid: 'snk_1' })],
  ['no kid', () => signedWith(foreign.privateKey, { alg: 'RS256' })],
  ['a kid with a path', () => signedWith(foreign.privateKey, { alg: 'RS256', kid: '../../oauth/token' })],
  ['a kid that is no string', () => withHeader({ alg: 'RS256', kid: { $ne: '' } })],
  [
    'its own key in the header (jwk)',
    async () => signedWith(foreign.privateKey, { alg: 'RS256', kid: jwk.kid, jwk: await exportJWK(foreign.publicKey) }),
  ],
  [
    'its own key by a URL in the header (jku)',
    () => signedWith(foreign.privateKey, { alg: 'RS256', kid: 'snk_1', jku: 'https://evil.example/keys' }),
  ],
  ['a critical extension', () => withHeader({ alg: 'RS256', kid: jwk.kid, crit: ['x'], x: 1 })],
  ['the type of another token', () => withHeader({ alg: 'RS256', kid: jwk.kid, typ: 'logout+jwt' })],
  ['two signatures', async () => `${await good()}.${(await good()).split('.')[2]}`],
  ['two tokens', async () => `${await good()}, ${await good()}`],
  [
    'an altered payload',
    async () =>
      (await good()).replace(/\.[^.]+\./, `.${encode({ ...(await payloadOf()), permissions: ['keys:write'] })}.`),
  ],
  ['an empty signature', async () => (await good()).replace(/[^.]+$/, '')],
  ['more than 4 KB', () => good({ padding: 'x'.repeat(4_096) })],
  ['another issuer', () => good({ iss: 'https://evil.example' })],
  ['an issuer with a slash at the end', () => good({ iss: `${runtime.outputs.scalekit.environmentUrl}/` })],
  ['no issuer', () => good({ iss: null })],
  ['another audience', () => good({ aud: ['https://other.example.com'] })],
  ['the audience of the other kind', () => good({ aud: [apiAudience] })],
  ['no audience', () => good({ aud: null })],
  ['an expiry that has passed', () => good({ exp: soon() - 3_601 })],
  ['an expiry that is text', () => good({ exp: String(soon()) })],
  ['an expiry that is no date', () => good({ exp: 1e20 })],
  ['a time of issue that is no date', () => good({ iat: -1e20 })],
  ['no expiry', () => good({ exp: null })],
  ['a start in the future', () => good({ nbf: soon() })],
  ['an issue in the future', () => good({ iat: soon() - 60, exp: soon() })],
  ['no time of issue', () => good({ iat: null })],
  ['no organization', () => good({ oid: null })],
  ['an organization that is no id', () => good({ oid: 'org_1 org_2' })],
  ['no subject', () => good({ sub: null })],
  ['a subject of another kind', () => good({ sub: 'skc_123' })],
  ['no session', () => good({ sid: null })],
  ['custom claims of an unknown form', () => good({ custom_claims: 'project=alpha' })],
  ['a scope among the custom claims', () => good({ custom_claims: { scope: 'keys:write' } })],
  ['an ID token', () => good({ at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q', email: 'user@example.com', permissions: null })],
  [
    'the management token of this project',
    () => {
      const { clientId, clientSecret } = runtime.outputs.scalekit;
      return clientToken(runtime.outputs, { clientId, secret: clientSecret });
    },
  ],
  [
    'a client’s token for another API',
    async () =>
      clientToken(runtime.outputs, await newClient(runtime.outputs, { audience: ['https://other.example.com'] })),
  ],
  [
    'a client’s token without an audience',
    async () => clientToken(runtime.outputs, await newClient(runtime.outputs, { audience: [] })),
  ],
  [
    'a client’s token for the application',
    async () => clientToken(runtime.outputs, await newClient(runtime.outputs, { audience: [appAudience] })),
  ],
];

test.each(forgeries)('%s', async (_what, forge) => {
  const answer = await whoami(await forge());
  expect(answer, answer.text).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
});

test('a flood of unknown kids makes one call of Scalekit in 30 s', async () => {
  const { control } = clientOf(() => runtime.outputs);
  await control('DELETE', '/scalekit/calls');
  for (let n = 0; n < 20; n++)
    expect((await whoami(await signedWith(foreign.privateKey, { alg: 'RS256', kid: `snk_${n}` }))).status).toBe(401);
  expect((await control('GET')).scalekit.calls['keys'] ?? 0).toBeLessThanOrEqual(1);
});
