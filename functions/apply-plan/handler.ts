import type { Context } from 'aws-lambda';
import { causeOf, logger } from '../../shared/logger.ts';
import { doPlanWork } from '../../shared/plans/apply-plan.ts';
import { planWorkServices } from '../../shared/plans/services.ts';
import { PlanWorkDue } from './schema.ts';

const services = planWorkServices();

/**
 * Gives the keys of an organization its new plan, or deletes the meter of its former one. Throws if work is left that could not be
 * planned: Lambda retries.
 */
export async function handler(event: unknown, { awsRequestId, invokedFunctionArn }: Context): Promise<void> {
  const work = PlanWorkDue.parse(event);
  const { outcome, failure } = await doPlanWork(services(invokedFunctionArn), work, awsRequestId);
  const about = { ...work, outcome, ...services.metrics.take() };
  if (!failure) return logger.info('plan_work', about);
  const { kind, keyId, cause } = failure;
  logger.error('plan_work_failed', { ...about, reason: kind, keyId, ...causeOf(cause) });
  if (outcome === 'stopped') throw new Error(`the plan of ${work.organizationId} was not changed: ${kind}`);
}
