import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { logger } from '../../shared/logger.ts';
import { planServices } from '../../shared/plans/services.ts';
import { setPlan } from '../../shared/plans/set-plan.ts';
import { ok } from '../../shared/result.ts';
import { SetPlanInput } from './schema.ts';

const services = planServices();

/** Changes the plan of an organization. The keys get it later, at `activeAt`. */
export const handler = keyEndpoint(services, SetPlanInput, async ({ body }, { by }) => {
  const set = await setPlan(services, body.plan, by);
  if (!set.ok) return set;
  const { organizationId } = by.actor;
  logger.info('plan_set', { requestId: by.requestId, organizationId, ...set.value });
  return ok({ status: 202, body: set.value });
});
