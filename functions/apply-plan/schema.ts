import * as z from 'zod';

const common = { organizationId: z.string().min(1), page: z.string().min(1).optional() };

/** The event of a schedule: work on an organization's plan. */
export const PlanWorkDue = z.discriminatedUnion('step', [
  z.strictObject({
    step: z.literal('apply'),
    ...common,
    changeId: z.string().min(1),
    isSwitched: z.boolean().optional(),
  }),
  z.strictObject({ step: z.literal('retire'), ...common, plan: z.string().min(1) }),
]);
