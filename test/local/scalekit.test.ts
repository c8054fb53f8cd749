import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import sdk from '@scalekit-sdk/node';
import { ErrorInfoSchema } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/errdetails/errdetails_pb.js';
import { ApiTokenService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tokens/tokens_pb.js';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCertificate } from '../../local/scalekit/certificate.ts';
import { type EmbeddedScalekit, startEmbeddedScalekit } from '../../local/scalekit/server.ts';
import { newDataDir } from '../support/runtime-process.ts';

type Client = InstanceType<typeof sdk.ScalekitClient>;
const clientOf = ({ environmentUrl, client }: EmbeddedScalekit): Client =>
  new sdk.ScalekitClient(environmentUrl, client.clientId, client.clientSecret);

let scalekit: EmbeddedScalekit;
let client: Client;
beforeAll(async () => {
  scalekit = await startEmbeddedScalekit({ databaseFile: ':memory:' });
  client = clientOf(scalekit);
});
afterAll(() => scalekit.close());

async function grant({ environmentUrl, client: { clientId, clientSecret } }: EmbeddedScalekit) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const response = await fetch(`${environmentUrl}/oauth/token`, { method: 'POST', body });
  const { access_token: accessToken } = (await response.json()) as { access_token: string };
  return { accessToken };
}

async function newOrganization(externalId?: string): Promise<string> {
  const { organization } = await client.organization.createOrganization('Acme', externalId ? { externalId } : {});
  return organization?.id ?? '';
}

describe('organizations and users, by the unmodified SDK', () => {
  test('an organization is created, found, listed and deleted', async () => {
    const id = await newOrganization('acme');
    expect(id).toMatch(/^org_\d+$/);
    expect((await client.organization.getOrganization(id)).organization).toMatchObject({
      displayName: 'Acme',
      externalId: 'acme',
    });
    expect((await client.organization.getOrganizationByExternalId('acme')).organization?.id).toBe(id);
    const listed = await client.organization.listOrganization({ pageSize: 30 });
    expect(listed.organizations.map((organization) => organization.id)).toContain(id);
    await client.organization.deleteOrganization(id);
    await expect(client.organization.getOrganization(id)).rejects.toThrow('[not_found]');
  });

  test('an organization keeps its slug and its logo', async () => {
    const given = { slug: 'acme', logoUrl: 'https://acme.example/logo.png' };
    const { organization } = await client.organization.createOrganization('Acme', given);
    const found = await client.organization.getOrganization(organization?.id ?? '');
    expect(found.organization).toMatchObject(given);
  });

  test('organizations are listed newest first, on every page', async () => {
    const ids = [await newOrganization(), await newOrganization(), await newOrganization()];
    const first = await client.organization.listOrganization({ pageSize: 2 });
    expect(first.organizations.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const second = await client.organization.listOrganization({ pageSize: 2, pageToken: first.nextPageToken });
    expect(second.organizations[0]?.id).toBe(ids[0]);
    const back = await client.organization.listOrganization({ pageSize: 2, pageToken: second.prevPageToken });
    expect(back.organizations.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  });

  test('every error has the detail that other SDKs read: a code in words', async () => {
    const failed = async (call: () => Promise<unknown>) => {
      const error = ConnectError.from(await call().catch((thrown: Error) => thrown.cause ?? thrown));
      return error.findDetails(ErrorInfoSchema).map(({ errorCode }) => errorCode);
    };
    const transport = createGrpcTransport({ baseUrl: scalekit.environmentUrl });
    const tokens = createClient(ApiTokenService, transport);
    expect(await failed(() => tokens.validateToken({ token: 'x' }))).toEqual(['UNAUTHENTICATED']);
    const { accessToken } = await grant(scalekit);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect(await failed(() => tokens.validateToken({ token: 'x' }, { headers }))).toEqual(['NOT_FOUND']);
    expect(await failed(() => tokens.createToken({}, { headers }))).toEqual(['INVALID_ARGUMENT']);
  });

  test('a user is created with a membership, found, and loses both', async () => {
    const organizationId = await newOrganization();
    const created = await client.user.createUserAndMembership(organizationId, {
      email: 'ada@acme.example',
      externalId: 'ada',
    });
    const userId = created.user?.id ?? '';
    expect((await client.user.getUser(userId)).user).toMatchObject({
      email: 'ada@acme.example',
      memberships: [{ organizationId }],
    });
    await client.user.deleteMembership(organizationId, userId);
    expect((await client.user.getUser(userId)).user?.memberships).toEqual([]);
    await expect(client.token.createToken(organizationId, { userId })).rejects.toThrow('[invalid_argument]');
    await client.user.deleteUser(userId);
    await expect(client.user.getUser(userId)).rejects.toThrow('[not_found]');
  });
});

describe('tokens, by the unmodified SDK', () => {
  test('are created, validated, updated, listed and invalidated, by token and by id', async () => {
    const organizationId = await newOrganization('tokens');
    const { user } = await client.user.createUserAndMembership(organizationId, {
      email: 'tok@acme.example',
      externalId: 'tok',
    });
    const userId = user?.id ?? '';
    const { token, tokenId, tokenInfo } = await client.token.createToken(organizationId, {
      userId,
      customClaims: { a: '1' },
      description: 'd',
    });
    expect(token).toMatch(/^[0-9A-Za-z]+$/);
    expect(tokenId).toMatch(/^apit_\d+$/);
    expect(tokenInfo).toMatchObject({
      organizationId,
      organizationExternalId: 'tokens',
      userId,
      userExternalId: 'tok',
      tokenSuffix: token.slice(-4),
      email: 'tok@acme.example',
    });
    expect((await client.token.validateToken(token)).tokenInfo?.tokenId).toBe(tokenId);
    expect((await client.token.validateToken(tokenId)).tokenInfo?.tokenId).toBe(tokenId);

    expect((await client.token.updateToken(tokenId, { customClaims: { b: '2' } })).tokenInfo).toMatchObject({
      customClaims: { b: '2' },
      description: 'd',
    });
    expect((await client.token.updateToken(tokenId, { description: '' })).tokenInfo).toMatchObject({
      customClaims: { b: '2' },
    });
    expect((await client.token.validateToken(token)).tokenInfo?.description).toBeUndefined();

    await client.token.invalidateToken(tokenId);
    await client.token.invalidateToken(token);
    await expect(client.token.validateToken(token)).rejects.toThrow('[not_found]');
    await expect(client.token.validateToken(tokenId)).rejects.toThrow('[not_found]');
  });

  test('are listed in pages, forwards and back, for an organization or one of its users', async () => {
    const organizationId = await newOrganization();
    const { user } = await client.user.createUserAndMembership(organizationId, { email: 'page@acme.example' });
    const userId = user?.id ?? '';
    for (let index = 0; index < 5; index++) await client.token.createToken(organizationId, index % 2 ? { userId } : {});
    const one = await client.token.listTokens(organizationId, { pageSize: 2 });
    const two = await client.token.listTokens(organizationId, { pageSize: 2, pageToken: one.nextPageToken });
    const three = await client.token.listTokens(organizationId, { pageSize: 2, pageToken: two.nextPageToken });
    const back = await client.token.listTokens(organizationId, { pageSize: 2, pageToken: two.prevPageToken });
    expect([one, two, three].map((page) => page.tokens.length)).toEqual([2, 2, 1]);
    expect([one.prevPageToken, three.nextPageToken, one.totalCount]).toEqual(['', '', 5]);
    expect(back.tokens).toEqual(one.tokens);
    expect((await client.token.listTokens(organizationId, { userId })).totalCount).toBe(2);
    await expect(client.token.listTokens(organizationId, { userId, pageToken: one.nextPageToken })).rejects.toThrow(
      '[invalid_argument]',
    );
    await expect(client.token.listTokens(organizationId, { pageToken: 'nonsense' })).rejects.toThrow(
      '[invalid_argument]',
    );
    await expect(client.token.listTokens(organizationId, { pageSize: 31 })).rejects.toThrow('[invalid_argument]');
  });

  test.each([
    ['21 claims', { customClaims: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`c${index}`, 'x'])) }],
    ['a name of 31 characters', { customClaims: { ['n'.repeat(31)]: 'x' } }],
    ['an empty value', { customClaims: { a: '' } }],
    ['a value of 257 characters', { customClaims: { a: 'x'.repeat(257) } }],
    ['a description of 256 characters', { description: 'x'.repeat(256) }],
    ['an unknown user', { userId: 'usr_1' }],
  ])('with %s are refused', async (_what, options) => {
    await expect(client.token.createToken(await newOrganization(), options)).rejects.toThrow('[invalid_argument]');
  });

  test('of an organization that does not exist are refused', async () => {
    await expect(client.token.createToken('org_1')).rejects.toThrow('[not_found]');
  });
});

describe('over TLS', () => {
  const folder = newDataDir();
  const files = { certificate: join(folder, 'scalekit.crt'), key: join(folder, 'scalekit.key') };
  let secure: EmbeddedScalekit;
  beforeAll(async () => {
    const tls = { certificate: await openCertificate(files), port: 0 };
    secure = await startEmbeddedScalekit({ databaseFile: ':memory:', tls });
  });
  afterAll(() => secure.close());

  test('the first program of examples/sdks creates, validates, lists and ends a key', async () => {
    const { organization } = await clientOf(secure).organization.createOrganization('Acme');
    const env = {
      ...process.env,
      NODE_EXTRA_CA_CERTS: files.certificate,
      SCALEKIT_ENVIRONMENT_URL: secure.tlsUrl,
      SCALEKIT_CLIENT_ID: secure.client.clientId,
      SCALEKIT_CLIENT_SECRET: secure.client.clientSecret,
    };
    const program = join(import.meta.dirname, '../../examples/sdks/node/keys.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, organization?.id ?? ''], { env });
    expect(stdout).toMatch(
      /^created apit_\d+\nvalid for org_\d+ with scope notes:read\nlisted: true\nrefused after its end: true\n$/,
    );
  });

  test.each(['h2', 'http/1.1'])('the grant and the JWKS are served over %s', async (protocol) => {
    const { port } = new URL(secure.tlsUrl ?? '');
    const ca = readFileSync(files.certificate);
    const socket = connect({ port: Number(port), host: 'localhost', ca, ALPNProtocols: [protocol] });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe(protocol);
    socket.destroy();
    if (protocol === 'http/1.1') return;
    const session = connectHttp2(secure.tlsUrl ?? '', { ca });
    const request = session.request({ ':path': '/keys' });
    expect(JSON.parse(await text(request))).toMatchObject({ keys: [{ alg: 'RS256' }] });
    session.close();
  });

  test('its certificate is for this machine only, and can sign no other', () => {
    const certificate = new X509Certificate(readFileSync(files.certificate));
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect(certificate.ca).toBe(false);
    expect(statSync(files.key).mode & 0o777).toBe(0o600);
  });

  test('a certificate that stays is used again, and a broken one is reported with its file', async () => {
    const before = await openCertificate(files);
    expect(await openCertificate(files)).toEqual(before);
    const broken = { certificate: join(folder, 'broken.crt'), key: files.key };
    writeFileSync(broken.certificate, 'no certificate');
    await expect(openCertificate(broken)).rejects.toThrow(/broken\.crt .* cannot be used: .*Delete both files/);
  });
});

describe('the grant', () => {
  test('refuses a wrong secret and a rotated secret', async () => {
    const wrong = new sdk.ScalekitClient(scalekit.environmentUrl, scalekit.client.clientId, 'wrong');
    await expect(wrong.organization.listOrganization()).rejects.toThrow();
    const own = await startEmbeddedScalekit({ databaseFile: ':memory:' });
    const before = clientOf(own);
    const { clientSecret } = own.rotateClientSecret();
    await expect(before.organization.listOrganization()).rejects.toThrow();
    const after = new sdk.ScalekitClient(own.environmentUrl, own.client.clientId, clientSecret);
    await expect(after.organization.listOrganization()).resolves.toBeDefined();
    await own.close();
  });

  test('signs with a key of the JWKS, on the same port as gRPC', async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: scalekit.client.clientId,
      client_secret: scalekit.client.clientSecret,
    });
    const grant = (await (await fetch(`${scalekit.environmentUrl}/oauth/token`, { method: 'POST', body })).json()) as {
      access_token: string;
      expires_in: number;
    };
    const jwks = (await (await fetch(`${scalekit.environmentUrl}/keys`)).json()) as Parameters<
      typeof createLocalJWKSet
    >[0];
    const { payload } = await jwtVerify(grant.access_token, createLocalJWKSet(jwks));
    expect(payload.sub).toBe(scalekit.client.clientId);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(grant.expires_in);
  });
});

test('data survive the process, and a key is stored only as a hash', async () => {
  const databaseFile = join(newDataDir(), 'scalekit.sqlite');
  const before = await startEmbeddedScalekit({ databaseFile });
  const created = await clientOf(before).organization.createOrganization('Lasting');
  const { token } = await clientOf(before).token.createToken(created.organization?.id ?? '');
  await before.close();
  const after = await startEmbeddedScalekit({ databaseFile });
  expect(after.client).toEqual(before.client);
  expect((await clientOf(after).token.validateToken(token)).tokenInfo?.organizationId).toBe(created.organization?.id);
  await after.close();
  rmSync(databaseFile);
});
