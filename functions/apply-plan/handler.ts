import type { Context } from 'aws-lambda';
import { causeOf, logger } from '../../shared/logger.ts';
import { doPlanWork } from '../../shared/plans/apply-plan.ts';
import { planWorkServices } from '../../shared/plans/services.ts';
import { PlanWorkDue } from './schema.ts';

const services = planWorkServices();

/** Gives the keys of an organization its new plan, or deletes the meter of its former one. Throws if it fails: Lambda retries. */
export async function handler(event: unknown, { awsRequestId, invokedFunctionArn }: Context): Promise<void> {
  const work = PlanWorkDue.parse(event);
  const done = await doPlanWork(services(invokedFunctionArn), work, awsRequestId);
  if (done.ok) return logger.info('plan_work', { ...work, outcome: done.value, ...services.metrics.take() });
  const { kind } = done.failure;
  logger.error(kind, { ...work, ...('cause' in done.failure ? causeOf(done.failure.cause) : {}) });
  throw new Error(`the plan of ${work.organizationId} was not changed: ${kind}`);
}
