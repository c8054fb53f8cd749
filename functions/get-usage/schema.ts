import * as z from 'zod';
import { msPerDay } from '../../shared/days.ts';

const Day = z.iso.date('must be a day like 2030-01-31');
const today = () => new Date().toISOString().slice(0, 10);

/** `GET /organizations/{organizationId}/usage?from&to`: days, UTC. Default: this month until today. */
export const GetUsageInput = {
  query: z
    .strictObject({ from: Day.default(() => `${today().slice(0, 8)}01`), to: Day.default(today) })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= 90 * msPerDay, {
      path: ['from'],
      message: 'must be at most 90 days before to',
    }),
};
