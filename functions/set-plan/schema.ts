import * as z from 'zod';

/** `PUT /organizations/{organizationId}/plan`: the name of a plan of the setting `plans`, or null for none. */
export const SetPlanInput = {
  body: z.strictObject(
    { plan: z.string('must be the name of a plan, or null for none').nullable() },
    'must be a JSON object',
  ),
};
