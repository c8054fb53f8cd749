import * as z from 'zod';

/** What every event of Scalekit's webhooks has. `data` is of another shape for each type: `concerned.ts` looks into it. */
export const ScalekitEvent = z.looseObject({
  id: z.string(),
  type: z.string(),
  occurred_at: z.iso.datetime({ offset: true }).transform((value) => new Date(value)),
  organization_id: z.string().nullish(),
  data: z.unknown().optional(),
});
export type ScalekitEvent = z.output<typeof ScalekitEvent>;
