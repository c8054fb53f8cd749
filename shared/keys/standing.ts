import { type Initiator, isOperator } from '../authentication/actor.ts';
import type { ClientCaller, SessionCaller } from '../authentication/caller.ts';
import type { Failure } from '../failure.ts';
import { hasSameClaims } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallKind } from '../scalekit/call-policy.ts';
import type { KeyServices } from './key-services.ts';

/**
 * Checks that the actor may still act, because that may have changed during the request. Its own key must be active and
 * unchanged. Its token must not have expired, and its user, client or organization not have been ended since the token was issued.
 * A visitor's session must not have ended. `invalid_token`: this is no longer so. `beyond_authority`: the key's claims changed.
 */
export async function requireStanding(
  { scalekit, endedSince }: Pick<KeyServices, 'scalekit' | 'endedSince'>,
  { actor, stands }: Initiator,
  kind?: CallKind,
): Promise<Result<void, Failure>> {
  if (isOperator(actor)) return ok(undefined);
  if ('linkId' in actor) return stands ? stands() : fail({ kind: 'invalid_token' });
  if (actor.keyId === undefined) return requireToken(actor, endedSince);
  const now = await scalekit.lookUp(actor.keyId, kind);
  if (!now.ok) return now;
  if (!now.value) return fail({ kind: 'invalid_token' });
  return hasSameClaims(actor.customClaims, now.value.customClaims)
    ? ok(undefined)
    : fail({ kind: 'beyond_authority', detail: "The caller's own key was changed during the request: retry." });
}

async function requireToken(
  caller: SessionCaller | ClientCaller,
  endedSince: KeyServices['endedSince'],
): Promise<Result<void, Failure>> {
  if (Date.parse(caller.expiresAt ?? '') <= Date.now()) return fail({ kind: 'invalid_token' });
  const { organizationId, userId } = caller;
  const owner = userId === undefined ? { organizationId } : { organizationId, userId };
  const makerId = caller.credential === 'client' ? caller.clientId : undefined;
  const ended = await endedSince({ ...owner, makerId }, Date.parse(caller.issuedAt));
  if (!ended.ok) return ended;
  return ended.value ? fail({ kind: 'invalid_token' }) : ok(undefined);
}
