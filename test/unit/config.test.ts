import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { completeConfig } from '../../infra/config.ts';
import { readSettings } from '../../infra/settings.ts';

const folder = `${mkdtempSync(join(tmpdir(), 'settings-'))}/`;
afterAll(() => rmSync(folder, { recursive: true }));

/** The settings of a stage whose file has this content. */
const settingsOf = (text: string, context: Record<string, unknown> = {}) => {
  writeFileSync(`${folder}prod.json`, text);
  return readSettings({ stage: 'prod', ...context }, folder);
};

test('no number may be negative or a fraction', () => {
  const numbers = Object.entries(completeConfig({})).filter(([, value]) => typeof value === 'number');
  expect(numbers.length).toBeGreaterThan(10);
  for (const name of [...numbers.map(([known]) => known), 'planActivationSeconds'])
    for (const value of [-1, -5, 0.5, 10.5, Infinity])
      expect(() => completeConfig({ [name]: value }), `${name} ${value}`).toThrow(`${name}`);
});

describe('maxKeysPerUser', () => {
  test('is no limit unless one is set', () => {
    expect(completeConfig({}).maxKeysPerUser).toBe(0);
  });

  test.each([
    [0, 0],
    [1, 1],
    [1000, 1000],
    ['20', 20], // from the command line
  ])('%j is %i', (given, limit) => {
    expect(readSettings({ maxKeysPerUser: given }, folder)).toMatchObject({ maxKeysPerUser: limit });
  });

  test.each([-1, 1.5, 1001, Number.NaN])('%d is refused with the allowed values', (maxKeysPerUser) => {
    expect(() => completeConfig({ maxKeysPerUser })).toThrow(/maxKeysPerUser.* use a whole number/);
  });
});

describe('reserved concurrency', () => {
  test('of the authorizer is at least its provisioned concurrency', () => {
    const provisioned = { authorizerProvisionedConcurrency: 5 };
    expect(completeConfig({ ...provisioned, authorizerReservedConcurrency: 5 })).toMatchObject(provisioned);
    expect(completeConfig(provisioned)).toMatchObject({ authorizerReservedConcurrency: 0 });
    expect(() => completeConfig({ ...provisioned, authorizerReservedConcurrency: 4 })).toThrow(/use 5 or more/);
  });

  test.each([-1, 1.5, 1001])('of %d is refused with the allowed values', (count) => {
    expect(() => completeConfig({ reservedConcurrencyForRevocation: count })).toThrow(/use a whole number from 0/);
    expect(() => completeConfig({ authorizerReservedConcurrency: count })).toThrow(/use a whole number from 0/);
  });
});

describe('the file of a stage', () => {
  test('sets its settings, the context overrides them, and the rest have defaults', () => {
    expect(settingsOf('{"waf": true, "decisionCacheSeconds": 60}', { decisionCacheSeconds: '5' })).toMatchObject({
      stage: 'prod',
      waf: true,
      decisionCacheSeconds: 5,
      maxKeysPerUser: 0,
    });
  });

  test('applies only to that stage and is optional', () => {
    settingsOf('{"waf": true}');
    expect(readSettings({ stage: 'test' }, folder)).toMatchObject({ stage: 'test', waf: false });
    expect(readSettings({}, folder)).toMatchObject({ stage: 'dev', waf: false });
  });

  test.each([
    ['{"wafs": true}', 'settings/prod.json: wafs is not a setting. Did you mean waf?'],
    ['{"WAF": true}', 'Did you mean waf?'],
    ['{"decisonCacheSecond": 5}', 'Did you mean decisionCacheSeconds?'],
    ['{"color": "red"}', 'settings/prod.json: color is not a setting. The settings are stage, '],
    ['{"authorizerTtlSeconds": 5}', 'no longer a setting: use decisionCacheSeconds'],
    ['{"waf": "yes"}', 'settings/prod.json: waf="yes" is not allowed: use true or false'],
    ['{"stage": "prod"}', 'remove stage: the file name sets it'],
    ['{"waf": true,}', 'settings/prod.json is not JSON'],
    ['[]', 'settings/prod.json is not a JSON object'],
    ['{"outageGraceSeconds": 5}', 'settings/prod.json: outageGraceSeconds needs decisionCacheSeconds'],
    ['{"domainName": "api.example.com"}', 'domainName and certificateArn go together'],
  ])('%s is refused with a message that names the mistake', (text, message) => {
    expect(() => settingsOf(text)).toThrow(message);
  });
});

describe('a context value', () => {
  test.each(['waff', 'Waf', 'stagee', 'decisionCacheSecond', 'decisioncacheseconds', 'logRetentionsDay'])(
    '%s is refused, because it is within two edits of a setting',
    (name) => {
      expect(() => readSettings({ [name]: 'x' }, folder)).toThrow(/is not a setting\. Did you mean/);
    },
  );

  test.each(['color', 'aws:cdk:waf', '@aws-cdk/core:stage'])('%s is somebody else’s', (name) => {
    expect(readSettings({ [name]: 'x' }, folder).stage).toBe('dev');
  });
});

describe('settings in code', () => {
  const isToken = (value: unknown) => value === 'TOKEN' || value === -1.5e289;

  test('a name that is not a setting is refused', () => {
    expect(() => completeConfig({ waff: true } as never)).toThrow(
      'ApiKeyAuth: waff is not a setting. Did you mean waf?',
    );
  });

  test('a token is not validated if the template uses it unchanged', () => {
    const tokens = { corsAllowOrigin: 'TOKEN', scalekitDeadlineMs: -1.5e289, waf: true };
    expect(completeConfig(tokens, isToken)).toMatchObject(tokens);
  });

  test('a token is refused if the synthesis needs the value', () => {
    expect(() => completeConfig({ decisionCacheSeconds: -1.5e289 }, isToken)).toThrow(
      'ApiKeyAuth: decisionCacheSeconds is a token',
    );
  });
});
