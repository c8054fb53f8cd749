import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { bearerKey } from '../../shared/authentication/bearer.ts';
import type { Caller } from '../../shared/authentication/caller.ts';
import type { RefusedKeys } from '../../shared/authentication/refused-keys.ts';
import { isAddressAllowed } from '../../shared/authentication/source-address.ts';
import type { KeyDirectory } from '../../shared/scalekit/scalekit.ts';

/** What is decided on a request. */
export type Decision =
  | { readonly outcome: 'allowed'; readonly caller: Caller }
  | {
      readonly outcome: 'denied';
      readonly code: string;
      /** Whose key it was, where that is known. */
      readonly known?: { readonly keyId: string; readonly organizationId: string };
    }
  /** Nobody can tell. */
  | { readonly outcome: 'outage'; readonly reason: string; readonly cause: unknown };

/** What a decision needs. */
export interface DecisionServices {
  readonly scalekit: KeyDirectory;
  readonly refused: RefusedKeys;
}

const badKey: Decision = { outcome: 'denied', code: 'invalid_token' };

/** Decides on a request by its key: first by what is known without a call, then by what Scalekit says. */
export async function decide(
  event: APIGatewayRequestAuthorizerEvent,
  { scalekit, refused }: DecisionServices,
): Promise<Decision> {
  const presented = bearerKey(event);
  if (!presented.ok) return { outcome: 'denied', code: presented.failure };
  if (refused.has(presented.value)) return badKey;

  const found = await scalekit.lookUp(presented.value);
  if (!found.ok) return { outcome: 'outage', reason: found.failure.reason, cause: found.failure.cause };
  const key = found.value;
  // A token id is no key, though Scalekit validates it like one; bearerKey knows how ids look today.
  if (!key || key.keyId === presented.value || hasExpired(key.expiresAt)) {
    refused.add(presented.value);
    return badKey;
  }
  const { keyId, organizationId, customClaims } = key;
  if (!(await isAddressAllowed(customClaims, event.requestContext.identity.sourceIp)))
    return { outcome: 'denied', code: 'address_not_allowed', known: { keyId, organizationId } };
  return { outcome: 'allowed', caller: key };
}

function hasExpired(expiresAt: string | undefined): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}
