import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { differences } from '../../infra/commands/settings-differences.ts';

const script = fileURLToPath(new URL('../../infra/commands/deploy.ts', import.meta.url));
const deploy = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });

test('a deployment shows each setting that it changes, adds or removes', () => {
  expect(
    differences({ stage: 'prod', waf: true, domainName: 'a.example' }, { stage: 'prod', waf: false, n: 5 }),
  ).toEqual(['  waf: true → false', '  domainName: "a.example" → (none)', '  n: (none) → 5']);
});

test.each([
  [['-c', 'waff=true'], /context value waff is not a setting\. Did you mean waf\?/],
  [['-c', 'waf'], /Use NAME=VALUE/],
  [['--context', 'decisionCacheSeconds=9999'], /decisionCacheSeconds="9999" is not allowed/],
])('%o is refused before anything is deployed', (args, message) => {
  const { status, stdout, stderr } = deploy(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test('the stage comes from --stage or the environment, and missing credentials end the command at once', () => {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_PROFILE: 'none-such',
    AWS_REGION: 'us-east-1',
  };
  for (const [args, more] of [
    [['--stage', 'prod'], {}],
    [[], { STAGE: 'prod' }],
    [['-c', 'stage=prod'], {}],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      env: { ...env, ...more },
    });
    expect(stdout).toMatch(/Settings of ApiKeys-prod[\s\S]*There is no settings\/prod\.json/);
    expect({ status, stderr }).toMatchObject({ status: 6, stderr: expect.stringMatching(/aws sso login/) });
  }
});

test.each([
  [['--stag', 'prod'], /--stag is not an option\. Did you mean --stage\?/],
  [['--stages=prod'], /Did you mean --stage\?/],
  [['-c', 'stage=prod', '--stage', 'dev'], /The stage is dev and also prod: name it once/],
])('%j deploys nothing', (args, message) => {
  const { status, stdout, stderr } = deploy(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test('--help says that the command accepts the options of cdk deploy', () => {
  expect(deploy('--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(/options\s+of\s+cdk\s+deploy/) });
});
