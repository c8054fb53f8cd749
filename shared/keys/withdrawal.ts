import { causedBy } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { Initiator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { fail, type Result } from '../result.ts';

/**
 * Revokes a key that was just made and given to nobody. Fails with the given reason, or with `outcome_unknown` if the revocation
 * fails, because the key may exist.
 */
export async function withdraw(
  mutations: Mutations,
  created: KeyInfo,
  reason: Failure,
  by: Initiator,
): Promise<Result<never, Failure>> {
  const withdrawn = await mutations.revoke(created, causedBy(by, 'withdrawn'));
  // Nobody has the plain key, so no decision on it is cached.
  const isGone = withdrawn.ok || withdrawn.failure.kind === 'cache_not_flushed';
  return fail(isGone ? reason : { kind: 'outcome_unknown', cause: withdrawn.failure.cause });
}
