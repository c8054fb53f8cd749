import { describe, expect, test } from 'vitest';
import { completeConfig, readConfig } from '../../infra/config.ts';

describe('maxKeysPerUser', () => {
  test('is no limit unless one is set', () => {
    expect(completeConfig({}).maxKeysPerUser).toBe(0);
  });

  test.each([
    [0, 0],
    [1, 1],
    [1000, 1000],
    ['20', 20], // as the command line has it
  ])('%j is %i', (given, limit) => {
    expect(readConfig({ tryGetContext: (name) => (name === 'maxKeysPerUser' ? given : undefined) })).toMatchObject({
      maxKeysPerUser: limit,
    });
  });

  test.each([-1, 1.5, 1001, Number.NaN])('%d is refused with what is allowed', (maxKeysPerUser) => {
    expect(() => completeConfig({ maxKeysPerUser })).toThrow(/maxKeysPerUser.* use a whole number/);
  });
});
