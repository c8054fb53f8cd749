import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { usageServices } from '../../shared/plans/services.ts';
import { usageOf } from '../../shared/plans/usage.ts';
import { ok } from '../../shared/result.ts';
import { GetUsageInput } from './schema.ts';

const services = usageServices();

/** Shows the plan of an organization, and its requests by day. */
export const handler = keyEndpoint(services, GetUsageInput, async ({ query }, { by }) => {
  const usage = await usageOf(services, query, by);
  return usage.ok ? ok({ status: 200, body: usage.value }) : usage;
});
