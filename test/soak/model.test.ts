import { describe, expect, test } from 'vitest';
import { endsWithOverlap, hasEnded, judge, Model, mayEndFromNow } from './model.ts';

// What the soak takes for wrong: a model that forgives would find nothing.

const add = (more: object = {}) => new Model().add({ key: 'k', keyId: 'apit_1', ...more });
const at = (ms: number) => ({ sentAt: Date.now() + ms, answeredAt: Date.now() + ms + 1 });

describe('a request', () => {
  test('with a good key is wrongly refused', () => {
    expect(judge(add(), { ...at(0), accepted: false })).toBe('wrongDeny');
    expect(judge(add(), { ...at(0), accepted: true })).toBe('right');
  });

  test('may go either way while a revocation is under way', () => {
    const key = add();
    mayEndFromNow(key);
    for (const accepted of [true, false]) expect(judge(key, { ...at(0), accepted })).toBe('right');
  });

  test('is wrongly accepted once it was sent after the answer to a revocation, and not when it was sent before', () => {
    const key = add();
    hasEnded(key);
    expect(judge(key, { ...at(10), accepted: true })).toBe('wrongAllow');
    expect(judge(key, { ...at(10), accepted: false })).toBe('right');
    expect(judge(key, { ...at(-10), accepted: true })).toBe('right');
  });

  test('is held to the expiry of its key', () => {
    const key = add({ expiresAt: new Date(Date.now() + 10_000).toISOString() });
    expect(judge(key, { ...at(9_000), accepted: false })).toBe('wrongDeny');
    expect(judge(key, { ...at(11_000), accepted: true })).toBe('wrongAllow');
  });

  test('is held to the end of an overlap, which a schedule may bring a little late', () => {
    const key = add();
    endsWithOverlap(key, new Date(Date.now() + 10_000).toISOString(), Infinity);
    expect(judge(key, { ...at(9_000), accepted: false })).toBe('wrongDeny');
    for (const accepted of [true, false]) expect(judge(key, { ...at(11_000), accepted })).toBe('right');
    expect(judge(key, { ...at(30_000), accepted: true })).toBe('wrongAllow');
  });
});

test('the model remembers the latest of the keys that ended, and no more', () => {
  const model = new Model();
  for (let index = 0; index < 200; index++)
    model.add({ key: 'k', keyId: `apit_${index}`, expiresAt: '2020-01-01T00:00:00Z' });
  expect(model.active).toEqual([]);
  expect(model.ended('apit_0')).toBeUndefined();
  expect(model.ended('apit_199')?.keyId).toBe('apit_199');
});
