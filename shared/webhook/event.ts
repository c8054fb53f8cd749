import * as z from 'zod';

/** The common fields of Scalekit's webhook events. The shape of `data` depends on the type: `leavers.ts` parses it. */
export const ScalekitEvent = z.looseObject({
  id: z.string(),
  type: z.string(),
  occurred_at: z.iso.datetime({ offset: true }).transform((value) => new Date(value)),
  organization_id: z.string().nullish(),
  data: z.unknown().optional(),
});
export type ScalekitEvent = z.output<typeof ScalekitEvent>;
