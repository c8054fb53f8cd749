import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settingNames } from '../../infra/config.ts';

// Another project that installs only our packed tarball.

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'theirs-'));
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, npm_config_loglevel: 'error' },
  });

/** The files of the other project. */
const files = {
  'package.json': JSON.stringify({ name: 'theirs', type: 'module', private: true }),
  'app.ts': `
    import { App, Stack } from 'aws-cdk-lib';
    import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
    import { ApiKeyAuth } from 'scalekit-api-keys-aws/cdk';
    const app = new App({ outdir: 'cdk.out' });
    const stack = new Stack(app, 'Theirs');
    const restApi = new RestApi(stack, 'Api', { deployOptions: { stageName: 'live' } });
    const auth: ApiKeyAuth = new ApiKeyAuth(stack, 'Keys', { restApi, stage: 'live' });
    restApi.root.addResource('orders').addMethod('GET', new MockIntegration(), { authorizer: auth.authorizer });
    app.synth();
  `,
  'backend.ts': `
    import { type Caller, readCaller, withCaller } from 'scalekit-api-keys-aws/caller';
    export const handler = withCaller(async (_event, caller: Caller) => ({
      statusCode: 200,
      body: JSON.stringify({ organizationId: caller.organizationId, userId: caller.userId ?? null }),
    }));
    const read = readCaller({ requestContext: {} });
    // @ts-expect-error a result must be checked before it is used
    export const unchecked = read.value;
  `,
  'run.mjs': `
    import { handler } from './backend.ts';
    const authorizer = { keyId: 'apit_1', organizationId: 'org_1', customClaims: '{}', roles: '[]' };
    const event = (authorizer) => ({ requestContext: { requestId: 'r', authorizer } });
    const expired = { ...authorizer, expiresAt: '2020-01-01T00:00:00Z' };
    const answers = [];
    for (const one of [authorizer, expired, null]) answers.push(await handler(event(one)));
    console.log(JSON.stringify(answers.map(({ statusCode, body }) => [statusCode, JSON.parse(body).code ?? JSON.parse(body)])));
  `,
  'run.cjs': `
    const { readCaller } = require('scalekit-api-keys-aws/caller');
    const { ApiKeyAuth } = require('scalekit-api-keys-aws/cdk');
    console.log(readCaller({ requestContext: {} }).failure, typeof ApiKeyAuth);
  `,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2022',
      strict: true,
      noEmit: true,
      types: ['node'],
      skipLibCheck: false,
    },
    files: ['app.ts', 'backend.ts'],
  }),
};

beforeAll(() => {
  execFileSync(process.execPath, [`${root}package/build.ts`], { cwd: root });
  const packed = run('npm', 'pack', `${root}dist/package`, '--silent').trim();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  // Their own packages: linked, so that nothing is downloaded.
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  for (const name of ['aws-cdk-lib', 'constructs', 'typescript', '@types/node', '@types/aws-lambda'])
    symlinkSync(`${root}node_modules/${name}`, join(project, 'node_modules', name));
  mkdirSync(join(project, 'node_modules', 'scalekit-api-keys-aws'));
  run('tar', '-xzf', packed, '--strip-components=1', '-C', 'node_modules/scalekit-api-keys-aws');
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('a backend and an app type-check against the packed types', () => {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  expect(() => run(process.execPath, tsc, '--noEmit')).not.toThrow();
});

test('a backend answers with its caller and never runs without one, in ESM and in CommonJS', () => {
  expect(JSON.parse(run(process.execPath, 'run.mjs'))).toEqual([
    [200, { organizationId: 'org_1', userId: null }],
    [401, 'invalid_token'],
    [500, 'internal_error'],
  ]);
  expect(run(process.execPath, 'run.cjs').trim()).toBe('malformed_context function');
});

test('their app synthesizes keys in front of their own API, with our bundled functions', () => {
  run(process.execPath, 'app.ts');
  const { Resources } = JSON.parse(readFileSync(join(project, 'cdk.out', 'Theirs.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown>; Metadata?: Record<string, string> }>;
  };
  const all = Object.values(Resources);
  expect(all.filter(({ Type }) => Type === 'AWS::ApiGateway::Authorizer')).toHaveLength(2);
  const functions = all.filter(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties['Runtime'] === 'nodejs24.x',
  );
  expect(functions.length).toBeGreaterThanOrEqual(11);
});

test('a project with an older module resolution finds the types too', () => {
  const { typesVersions } = JSON.parse(readFileSync(`${root}dist/package/package.json`, 'utf8')) as {
    typesVersions: { '*': Record<string, string[]> };
  };
  expect(Object.keys(typesVersions['*']).toSorted()).toEqual(['caller', 'cdk']);
  for (const [file = ''] of Object.values(typesVersions['*']))
    expect(readFileSync(`${root}dist/package/${file}`, 'utf8')).toContain('export');
});

test('the entry for backends needs no other package', () => {
  const { dependencies } = JSON.parse(readFileSync(`${root}dist/package/package.json`, 'utf8')) as {
    dependencies?: object;
  };
  expect(dependencies).toBeUndefined();
  for (const file of ['caller.mjs', 'caller.cjs'])
    expect(readFileSync(`${root}dist/package/${file}`, 'utf8')).not.toMatch(
      /\b(from|import) ['"](?!node:)|require\(['"](?!node:)/,
    );
});

test('its README lists every prop of the construct with its default and its meaning', () => {
  const readme = readFileSync(`${root}dist/package/README.md`, 'utf8');
  const listed = [...readme.matchAll(/^\| `(\w+)` \| `[^|]+` \| ([^|]+) \| \S[^|]+ \|$/gm)].map(([, name]) => name);
  expect(new Set(listed)).toEqual(new Set(['restApi', 'alarmTopic', ...settingNames]));
  expect(readme).toContain('| `decisionCacheSeconds` | `number` | 0 |');
});
