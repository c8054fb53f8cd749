import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bearer, controlOf, exchange } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { failToStart, newDataDir, startRuntimeProcess } from '../support/runtime-process.ts';

const whoami = async (apiUrl: string, key: string) => (await exchange(apiUrl, 'GET', '/whoami', bearer(key))).status;

test('keys survive a restart, but not --fresh', async () => {
  const dataDir = newDataDir();
  const first = await startRuntimeProcess({ dataDir });
  const { outputs } = first;
  expect(await whoami(outputs.apiUrl, outputs.adminKey)).toBe(200);
  expect(await first.stop()).toBe(0);

  const second = await startRuntimeProcess({ dataDir });
  const { organizationId, otherOrganizationId, userId, adminKey } = outputs;
  expect(second.outputs).toMatchObject({ organizationId, otherOrganizationId, userId, adminKey });
  expect(await whoami(second.outputs.apiUrl, adminKey)).toBe(200);
  expect(await second.stop()).toBe(0);

  const fresh = await startRuntimeProcess({ dataDir, args: ['--fresh'] });
  expect(await whoami(fresh.outputs.apiUrl, adminKey)).toBe(401);
  expect(fresh.outputs.adminKey).not.toBe(adminKey);
  expect(await whoami(fresh.outputs.apiUrl, fresh.outputs.adminKey)).toBe(200);
  await fresh.stop();
});

test('prints a first request and one line per request, and keeps its outputs readable only by their owner', async () => {
  const runtime = await startRuntimeProcess();
  const { apiUrl, adminKey } = runtime.outputs;
  expect(runtime.output()).toContain(`-H "Authorization: Bearer ${adminKey}" ${apiUrl}/whoami`);
  expect(runtime.output()).toContain(`ready ${apiUrl}`);
  expect(runtime.output()).not.toContain('warning:');
  await whoami(apiUrl, adminKey);
  await expect.poll(() => runtime.output(), { timeout: 20_000 }).toMatch(/^GET \/whoami 200 \d+ ms org_\d+ apit_\d+$/m);
  for (const file of ['outputs.json', 'seed.json'])
    expect(statSync(join(runtime.dataDir, file)).mode & 0o777).toBe(0o600);
  const seen = await controlOf(() => runtime.outputs)('GET');
  expect(Object.values(seen.functions)).toContainEqual({ invocations: 1, errors: 0, coldStarts: 1 });
  expect(await runtime.stop()).toBe(0);
});

test('if Scalekit cannot be reached, the runtime starts and answers 503 with Retry-After', async () => {
  const env = {
    SCALEKIT_ENVIRONMENT_URL: 'http://127.0.0.1:1',
    SCALEKIT_CLIENT_ID: 'id',
    SCALEKIT_CLIENT_SECRET: 'secret',
  };
  const runtime = await startRuntimeProcess({ env });
  expect(runtime.outputs).toMatchObject({
    adminKey: null,
    organizationId: null,
    otherOrganizationId: null,
    userId: null,
    scalekit: { environmentUrl: 'http://127.0.0.1:1', clientId: 'id', clientSecret: 'secret' },
  });
  expect(runtime.output()).toMatch(
    /warning: http:\/\/127\.0\.0\.1:1 does not answer: .*requests with a key are answered 503/,
  );
  const answer = await exchange(runtime.outputs.apiUrl, 'GET', '/whoami', bearer('abc'));
  expectProblem(answer, 503, 'upstream_unavailable');
  expect(answer.headers['retry-after']).toBe('5');
  await expect
    .poll(() => runtime.output())
    .toMatch(/GET \/whoami 503 .*\n {2}reason: unreachable: .*ECONNREFUSED.*\n {2}log: /);
  await runtime.stop();
});

test('a data folder that another runtime uses is reported in one clear line and left unchanged', async () => {
  const runtime = await startRuntimeProcess();
  const { code, output } = await failToStart(['--data', runtime.dataDir, '--port', '0', '--fresh']);
  expect(code).toBe(1);
  expect(output).toMatch(/^Another runtime, process \d+, uses .*--data DIR\n$/);
  expect(await whoami(runtime.outputs.apiUrl, runtime.outputs.adminKey)).toBe(200);
  await runtime.stop();
});

test('with every setting on, everything is served except AWS WAF and the schedule of the canary, which are named', async () => {
  const runtime = await startRuntimeProcess({ assembly: process.env['TEST_FULL_ASSEMBLY'] ?? '' });
  expect(await whoami(runtime.outputs.apiUrl, runtime.outputs.adminKey)).toBe(200);
  const warnings = runtime
    .output()
    .split('\n')
    .filter((line) => line.startsWith('warning:'));
  const types = warnings.map(
    (warning) => /^warning: AWS::([\w:]+) \w+: this resource type is not served/.exec(warning)?.[1] ?? warning,
  );
  expect(types.toSorted()).toEqual([
    'Scheduler::Schedule',
    'WAFv2::LoggingConfiguration',
    'WAFv2::WebACL',
    'WAFv2::WebACLAssociation',
  ]);
  await runtime.stop();
});

test('a port in use is reported in one clear line', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as { port: number };
  const assembly = process.env['TEST_ASSEMBLY'] ?? '';
  const { code, output } = await failToStart(['--data', newDataDir(), '--port', String(port), '--assembly', assembly]);
  const early = await failToStart(['--data', newDataDir(), '--port', String(port)]);
  expect(early.output).not.toContain('Synthesizing'); // the port is reported before the synthesis
  expect(code).toBe(1);
  expect(output.trim()).toBe(
    `Port ${port} is taken. Choose another: npm start -- --port ${port + 10}, or --port 0 for a free one.`,
  );
  squatter.close();
});

test('--help lists the options and exits with 0', async () => {
  const { code, output } = await failToStart(['--help']);
  expect(code).toBe(0);
  for (const option of ['--port', '--data', '--fresh', '--no-watch', '--context', '--assembly'])
    expect(output).toContain(option);
});

test.each([
  [['--port', '99999'], {}, /^--port 99999 is not a port/],
  [['--prot', '1'], {}, /^Unknown option '--prot'.*Usage/],
  [['--context', 'waff=true'], {}, /context value waff is not a setting\. Did you mean waf\?/],
  [['--context', 'waf'], {}, /--context waf is not NAME=VALUE/],
  [[], { SCALEKIT_CLIENT_ID: 'id' }, /^Set SCALEKIT_ENVIRONMENT_URL and SCALEKIT_CLIENT_SECRET too/],
  [
    [],
    { SCALEKIT_CLIENT_ID: 'id', SCALEKIT_CLIENT_SECRET: 's', SCALEKIT_ENVIRONMENT_URL: 'acme' },
    /^SCALEKIT_ENVIRONMENT_URL is "acme", not a URL/,
  ],
  [['--context', 'stage=X'], {}, /The synthesis failed: context value stage="X" is not allowed: use 1 to 20/],
])('%o with %o is reported in one clear line', async (args, env, message) => {
  const { code, output } = await failToStart(['--data', newDataDir(), ...args], env);
  expect(code).toBe(1);
  expect(output).toMatch(message);
  expect(
    output
      .trim()
      .replace(/^Synthesizing the stacks …\n/, '')
      .split('\n'),
  ).toHaveLength(1);
});
