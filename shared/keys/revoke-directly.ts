import { causedBy } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { Operator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import type { KeyServices } from './key-services.ts';

/** Whether the key was revoked. `not_active`: the organization has no such active key, so nothing was revoked. */
type Ended = 'revoked' | 'not_active';

/** A short limit: the look-up must not delay the revocation. */
const lookMs = 2_000;

/**
 * Revokes a key of an organization for an operator who has the deployment's own rights: its table, its Scalekit and its audit
 * bus. No API limits apply. If Scalekit reports that the key is another organization's, the key stays. If Scalekit cannot report
 * its organization, the key is still revoked, and recorded for the organization that the operator names.
 */
export async function revokeDirectly(
  {
    scalekit,
    mutations,
  }: Pick<KeyServices, 'scalekit'> & { readonly mutations: Pick<Mutations, 'revoke' | 'endAbsent'> },
  keyId: string,
  operator: Operator,
  requestId: string,
): Promise<Result<Ended, Failure>> {
  const { organizationId } = operator;
  const found = await scalekit.lookUp(keyId, { withinMs: lookMs });
  if (found.ok && found.value && found.value.organizationId !== organizationId) return ok('not_active');
  if (found.ok && !found.value) {
    // The request may repeat a revocation whose mark failed.
    const ended = await mutations.endAbsent(keyId);
    return ended.ok ? ok('not_active') : ended;
  }
  const named = { keyId, organizationId, customClaims: {}, roles: [], suffix: '' };
  const key = found.ok && found.value ? found.value : named;
  const revoked = await mutations.revoke(key, causedBy({ actor: operator, requestId }, 'direct'));
  return revoked.ok ? ok('revoked') : fail(revoked.failure);
}
