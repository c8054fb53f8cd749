import * as z from 'zod';

/** `PUT /organizations/{organizationId}/plan`: the name of a plan of the setting `plans`, or null for none. */
export const SetPlanInput = {
  body: z.strictObject({ plan: z.string().nullable() }, 'must be a JSON object'),
};
