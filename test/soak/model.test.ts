import { describe, expect, test } from 'vitest';
import { endsWithOverlap, hasEnded, judge, Model, mayEndFromNow } from './model.ts';

// The answers that the soak counts as wrong: a lenient model would find none.

const add = (more: object = {}) => new Model().add({ key: 'k', keyId: 'apit_1', ...more });
const at = (ms: number) => ({ sentAt: Date.now() + ms, answeredAt: Date.now() + ms + 1 });

describe('a request', () => {
  test('is wrongly refused with a good key', () => {
    expect(judge(add(), { ...at(0), accepted: false })).toBe('wrongDeny');
    expect(judge(add(), { ...at(0), accepted: true })).toBe('right');
  });

  test('may be accepted or refused during a revocation', () => {
    const key = add();
    mayEndFromNow(key);
    for (const accepted of [true, false]) expect(judge(key, { ...at(0), accepted })).toBe('right');
  });

  test('is wrongly accepted if it was sent after the answer to a revocation, but not if it was sent before', () => {
    const key = add();
    hasEnded(key);
    expect(judge(key, { ...at(10), accepted: true })).toBe('wrongAllow');
    expect(judge(key, { ...at(10), accepted: false })).toBe('right');
    expect(judge(key, { ...at(-10), accepted: true })).toBe('right');
  });

  test('is judged by the expiry of its key', () => {
    const key = add({ expiresAt: new Date(Date.now() + 10_000).toISOString() });
    expect(judge(key, { ...at(9_000), accepted: false })).toBe('wrongDeny');
    expect(judge(key, { ...at(11_000), accepted: true })).toBe('wrongAllow');
  });

  test('is judged by the end of an overlap, where the schedule may be a little late', () => {
    const key = add();
    endsWithOverlap(key, new Date(Date.now() + 10_000).toISOString(), Infinity);
    expect(judge(key, { ...at(9_000), accepted: false })).toBe('wrongDeny');
    for (const accepted of [true, false]) expect(judge(key, { ...at(11_000), accepted })).toBe('right');
    expect(judge(key, { ...at(30_000), accepted: true })).toBe('wrongAllow');
  });
});

test('the model remembers only the latest of the ended keys', () => {
  const model = new Model();
  for (let index = 0; index < 200; index++)
    model.add({ key: 'k', keyId: `apit_${index}`, expiresAt: '2020-01-01T00:00:00Z' });
  expect(model.active).toEqual([]);
  expect(model.ended('apit_0')).toBeUndefined();
  expect(model.ended('apit_199')?.keyId).toBe('apit_199');
});
