import { causedBy } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { Initiator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { fail, type Result } from '../result.ts';

/**
 * Takes back a key that was just made and that nobody was given, for a reason that then is the answer; `outcome_unknown`
 * when that fails too, for the key may exist.
 */
export async function withdraw(
  mutations: Mutations,
  created: KeyInfo,
  reason: Failure,
  by: Initiator,
): Promise<Result<never, Failure>> {
  const withdrawn = await mutations.revoke(created, causedBy(by, 'withdrawn'));
  // Nobody has the plain key, so that no decision on it is cached.
  const isGone = withdrawn.ok || withdrawn.failure.kind === 'cache_not_flushed';
  return fail(isGone ? reason : { kind: 'outcome_unknown', cause: withdrawn.failure.cause });
}
