import { expect, test } from 'vitest';
import { nextReminder } from '../../shared/reminders/reminders.ts';

const end = '2030-06-15T12:00:00.000Z';
const before = (days: number) => Date.parse(end) - days * 86_400_000;

test.each([
  ['more than 14 days before', before(20), before(14), 14],
  ['at the first reminder', before(14), before(7), 7],
  ['10 days before', before(10), before(7), 7],
  ['3 days before', before(3), before(1), 1],
  ['an hour before', before(1 / 24), Date.parse(end) - 60_000, 0],
])('%s, the next reminder is found', (_when, now, at, daysLeft) => {
  expect(nextReminder(end, now)).toEqual({ at: new Date(at), daysLeft });
});

test.each([30_000, 0, -1])('%i ms before the end there is none left', (ms) => {
  expect(nextReminder(end, Date.parse(end) - ms)).toBeUndefined();
});
