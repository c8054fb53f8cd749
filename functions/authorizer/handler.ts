import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { bearerKey } from '../../shared/bearer.ts';
import { encodeCaller, principalId } from '../../shared/caller.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { allow, deny } from '../../shared/policy.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';

const scalekit = scalekitFromEnvironment();
scalekit.warmUp();

/**
 * Decides on one request: allows the caller of a valid key, denies a bad one with a code, and throws when nobody can
 * tell. A bad key and an outage never look alike.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { requestId } = event.requestContext;
  const presented = bearerKey(event);
  if (!presented.ok) return deny(event.methodArn, presented.failure);

  const found = await scalekit.validate(presented.value);
  if (!found.ok && found.failure.kind !== 'refused') {
    logger.error('no decision', { requestId, ...causeOf(found.failure.cause) });
    throw new Error('upstream_unavailable');
  }
  // A token id is no key, though Scalekit validates it like one; bearerKey knows how ids look today.
  const key =
    found.ok && found.value.keyId !== presented.value && !hasExpired(found.value.expiresAt) ? found.value : undefined;
  if (!key) return deny(event.methodArn, 'invalid_token');
  logger.info('allowed', { requestId, keyId: key.keyId, organizationId: key.organizationId });
  return allow(event.methodArn, principalId(key), encodeCaller(key));
}

function hasExpired(expiresAt: string | undefined): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}
