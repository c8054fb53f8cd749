import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { bearerKey } from '../../shared/bearer.ts';
import { encodeCaller, principalId } from '../../shared/caller.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { allow, deny } from '../../shared/policy.ts';
import { refusedKeys } from '../../shared/refused-keys.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { isAddressAllowed } from '../../shared/source-address.ts';

const scalekit = scalekitFromEnvironment();
const refused = refusedKeys();

/**
 * Decides on one request: allows the caller of a valid key, denies a bad one with a code, and throws when nobody can
 * tell. A bad key and an outage never look alike.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { methodArn, requestContext } = event;
  const presented = bearerKey(event);
  if (!presented.ok) return deny(methodArn, presented.failure);
  if (refused.has(presented.value)) return deny(methodArn, 'invalid_token');

  const found = await scalekit.validate(presented.value);
  if (!found.ok && found.failure.kind !== 'refused') {
    const { kind, cause } = found.failure;
    const reason = kind === 'upstream_unavailable' ? found.failure.reason : kind;
    logger.error('no decision', { requestId: requestContext.requestId, reason, ...causeOf(cause) });
    throw new Error('upstream_unavailable');
  }
  // A token id is no key, though Scalekit validates it like one; bearerKey knows how ids look today.
  if (!found.ok || found.value.keyId === presented.value || hasExpired(found.value.expiresAt)) {
    refused.add(presented.value);
    return deny(methodArn, 'invalid_token');
  }
  const { keyId, organizationId, customClaims } = found.value;
  const allowed = await isAddressAllowed(customClaims, requestContext.identity.sourceIp);
  logger.info(allowed ? 'allowed' : 'address_not_allowed', {
    requestId: requestContext.requestId,
    keyId,
    organizationId,
  });
  if (!allowed) return deny(methodArn, 'address_not_allowed');
  return allow(methodArn, principalId(found.value), encodeCaller(found.value));
}

function hasExpired(expiresAt: string | undefined): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}
