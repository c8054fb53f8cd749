import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Code, ConnectError } from '@connectrpc/connect';
import tokenModule from '@scalekit-sdk/node/lib/token.js';
import { expect, test, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

// The behaviour of the SDK that we rely on beyond its public API. A new version that changes it fails here first.

const require = createRequire(import.meta.url);

/** An object that has only the given members: any other access throws. */
const only = <T extends object>(members: T): T =>
  new Proxy(members, {
    get(target, name) {
      if (!(name in target)) throw new Error(`the SDK uses ${String(name)}`);
      return target[name as keyof T];
    },
  });

function tokenClient(connectExec: (...args: unknown[]) => unknown) {
  const methods = ['createToken', 'validateToken', 'listTokens', 'updateToken', 'invalidateToken'];
  const client = Object.fromEntries(methods.map((name) => [name, name]));
  const createClient = vi.fn((_service: { typeName: string }) => client);
  const tokens = new tokenModule.default(only({ createClient }) as never, only({ connectExec }) as never);
  return { tokens, createClient };
}

test('the SDK is pinned to exactly the installed version', () => {
  const installed = JSON.parse(readFileSync(require.resolve('@scalekit-sdk/node/package.json'), 'utf8')) as {
    version: string;
  };
  expect(packageJson.dependencies['@scalekit-sdk/node']).toBe(installed.version);
  expect(installed.version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('TokenClient makes one client, for the token service, and sends only through the executor', async () => {
  const connectExec = vi.fn(async () => ({}));
  const { tokens, createClient } = tokenClient(connectExec);
  expect(createClient.mock.calls.map(([service]) => service.typeName)).toEqual(['scalekit.v1.tokens.ApiTokenService']);
  await tokens.validateToken('key');
  await tokens.createToken('org_1', { userId: 'usr_1', customClaims: { a: 'b' }, description: 'd' });
  await tokens.listTokens('org_1', { userId: 'usr_1', pageSize: 30, pageToken: 'p' });
  await tokens.invalidateToken('apit_1');
  expect(connectExec.mock.calls).toEqual([
    ['validateToken', { token: 'key' }],
    [
      'createToken',
      { token: { organizationId: 'org_1', userId: 'usr_1', customClaims: { a: 'b' }, description: 'd' } },
    ],
    ['listTokens', { organizationId: 'org_1', userId: 'usr_1', pageSize: 30, pageToken: 'p' }],
    ['invalidateToken', { token: 'apit_1' }],
  ]);
});

test.each([Code.NotFound, Code.Unauthenticated, Code.PermissionDenied, Code.Unavailable])(
  'a ConnectError of the executor is thrown unchanged (code %i)',
  async (code) => {
    const thrown = new ConnectError('x', code);
    const { tokens } = tokenClient(async () => {
      throw thrown;
    });
    for (const call of [
      () => tokens.validateToken('key'),
      () => tokens.createToken('org_1'),
      () => tokens.invalidateToken('key'),
    ]) {
      await expect(call()).rejects.toBe(thrown);
    }
  },
);

test('the token client sends only through connect: axios appears only by name, in the error classes', () => {
  const file = require.resolve('@scalekit-sdk/node/lib/token.js');
  const source = readFileSync(file, 'utf8');
  expect([...source.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual([
    '@connectrpc/connect',
    './errors/base-exception',
    './pkg/grpc/scalekit/v1/tokens/tokens_pb',
  ]);
  const exceptions = readFileSync(require.resolve('@scalekit-sdk/node/lib/errors/specific-exceptions.js'), 'utf8');
  expect([...exceptions.matchAll(/axios_1\.(\w+)/g)].map(([, name]) => name)).toEqual(['AxiosError', 'AxiosError']);
});
