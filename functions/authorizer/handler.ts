import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { credentialOf, encodeCaller, principalId } from '../../shared/authentication/caller.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { rateLimitOf, withPlanOfOrganization } from '../../shared/plans/metered-caller.ts';
import { meteringFromEnvironment } from '../../shared/plans/metering.ts';
import { decide } from './decision.ts';
import { allow, deny } from './policy.ts';
import { servicesFromEnvironment } from './services.ts';

const services = servicesFromEnvironment();
const { metrics } = services;
const metering = meteringFromEnvironment(metrics);

/** Awaited before the first request if concurrency is provisioned. */
export const { started } = services;

/**
 * Decides on one request: allows the caller of a valid key, denies a bad key with a code, and throws if no decision is possible.
 * A bad key and an outage never look alike. Each decision is one line of the log, which also has its metrics.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { methodArn, requestContext } = event;
  const { requestId } = requestContext;
  const startedAt = Date.now();
  const decision = await decide(event, services);
  metrics.measure('DecisionLatency', Date.now() - startedAt);
  switch (decision.outcome) {
    case 'allowed': {
      const { by } = decision;
      const metered = await metering?.(requestContext.apiId, decision.caller);
      const caller = withPlanOfOrganization(decision.caller, metered);
      const { organizationId } = caller;
      metrics.measure('Allowed');
      if (by === 'grace') metrics.measure('GraceUses');
      logger.info('allowed', { requestId, ...credentialOf(caller), organizationId, by, ...metrics.take() });
      return allow(
        methodArn,
        principalId(caller),
        { ...encodeCaller(caller), ...rateLimitOf(metered) },
        metered?.meter,
      );
    }
    case 'denied': {
      const { code, known } = decision;
      metrics.measure('Denied', 1, code);
      logger.info('denied', { requestId, denial: code, ...known, ...metrics.take() });
      return deny(methodArn, code, known);
    }
    case 'outage': {
      const { reason, cause } = decision;
      metrics.measure('Outages', 1, reason);
      logger.error('no decision', { requestId, reason, ...causeOf(cause), ...metrics.take() });
      throw new Error('upstream_unavailable');
    }
  }
}
