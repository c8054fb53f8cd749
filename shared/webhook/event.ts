import * as z from 'zod';

const Data = z.looseObject({
  id: z.string().optional(),
  organization_id: z.string().optional(),
  user_id: z.string().optional(),
  email: z.string().optional(),
  user: z.looseObject({ id: z.string().optional() }).optional(),
  organization: z.looseObject({ id: z.string().optional() }).optional(),
});

/** Any event of Scalekit's webhooks. */
export const ScalekitEvent = z.looseObject({
  id: z.string(),
  type: z.string(),
  occurred_at: z.iso.datetime({ offset: true }).transform((value) => new Date(value)),
  organization_id: z.string().optional(),
  data: Data.default({}),
});
export type ScalekitEvent = z.output<typeof ScalekitEvent>;
