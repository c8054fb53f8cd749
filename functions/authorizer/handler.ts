import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { encodeCaller, principalId } from '../../shared/authentication/caller.ts';
import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit/scalekit.ts';
import { decide } from './decision.ts';
import { allow, deny } from './policy.ts';

const metrics = createMetrics();
const services = { scalekit: scalekitFromEnvironment(metrics), refused: refusedKeys() };

/**
 * Decides on one request: allows the caller of a valid key, denies a bad one with a code, and throws when nobody can
 * tell. A bad key and an outage never look alike. Each decision is one line of the log, which is its metrics too.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { methodArn, requestContext } = event;
  const { requestId } = requestContext;
  const startedAt = Date.now();
  const decision = await decide(event, services);
  metrics.measure('DecisionLatency', Date.now() - startedAt);
  switch (decision.outcome) {
    case 'allowed': {
      const { keyId, organizationId } = decision.caller;
      metrics.measure('Allowed');
      logger.info('allowed', { requestId, keyId, organizationId, ...metrics.take() });
      return allow(methodArn, principalId(decision.caller), encodeCaller(decision.caller));
    }
    case 'denied': {
      const { code, known } = decision;
      metrics.measure('Denied');
      logger.info('denied', { requestId, denial: code, ...known, ...metrics.take({ Denied: code }) });
      return deny(methodArn, code, known);
    }
    case 'outage': {
      const { reason, cause } = decision;
      metrics.measure('Outages');
      logger.error('no decision', { requestId, reason, ...causeOf(cause), ...metrics.take({ Outages: reason }) });
      throw new Error('upstream_unavailable');
    }
  }
}
