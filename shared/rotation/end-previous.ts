import { causedBy } from '../audit/audit.ts';
import { type Initiator, isOperator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { withdraw } from '../keys/withdrawal.ts';
import { fail, ok, type Result } from '../result.ts';
import type { OverlapSchedules } from './overlap-schedules.ts';

/** The services of a rotation. */
export interface RotationServices extends KeyServices {
  readonly schedules: OverlapSchedules;
}

/** The keys that a new key replaces. */
export interface Previous {
  readonly keyId: string;
  /** The rotated key; `undefined` if it is no longer active. */
  readonly old: KeyInfo | undefined;
  /** Earlier successors, which end at once. */
  readonly replaced: readonly KeyInfo[];
}

/** The state of the rotated key. */
export interface PreviousEnd {
  /** RFC 3339; absent when it is revoked. */
  readonly activeUntil?: string;
  /** It is revoked, but a cached decision may still be used: revoke it again. */
  readonly code?: 'cache_not_flushed';
}

/**
 * Ends the keys that the new key replaces. The schedule comes first, because it may fail without loss: until the end of the old
 * key is scheduled, the new key can be withdrawn and nothing has changed.
 */
export async function endPrevious(
  services: RotationServices,
  { keyId, old, replaced }: Previous,
  created: KeyInfo,
  overlapSeconds: number,
  by: Initiator,
): Promise<Result<PreviousEnd, Failure>> {
  const scheduled = old && overlapSeconds > 0 ? await schedule(services, old, created, overlapSeconds, by) : ok({});
  if (!scheduled.ok) return scheduled;
  const atOnce = old && overlapSeconds === 0 ? [old] : [];
  const ends = await Promise.all([
    ...[...replaced, ...atOnce].map((key) =>
      services.mutations.revoke(key, causedBy(by, key === old ? 'rotated' : 'replaced')),
    ),
    ...(old ? [] : [services.mutations.endAbsent(keyId)]),
  ]);
  const failures = ends.flatMap((end) => (end.ok ? [] : [end.failure]));
  const lost = failures.find(({ kind }) => kind !== 'cache_not_flushed');
  // The old key may or may not be revoked. The new key stays, so that a repeat works in both cases.
  if (lost) return fail({ kind: 'outcome_unknown', cause: lost.cause });
  // The successor exists, so its plain key must be returned even if a mark fails.
  return failures.length === 0 ? scheduled : ok({ ...scheduled.value, code: 'cache_not_flushed' });
}

/** Schedules the end of the old key. If that fails, withdraws the new key. */
async function schedule(
  { schedules, mutations }: RotationServices,
  { keyId, organizationId, expiresAt }: KeyInfo,
  created: KeyInfo,
  overlapSeconds: number,
  by: Initiator,
): Promise<Result<PreviousEnd, Failure>> {
  const asked = Date.now() + overlapSeconds * 1000;
  const expiry = expiresAt === undefined ? Infinity : Date.parse(expiresAt);
  const end = new Date(Math.ceil(Math.min(asked, expiry) / 1000) * 1000);
  // A caller's key cannot postpone an end: it may descend from the old key, whose holder may not be the one who rotated it.
  const arranged = await schedules.put(organizationId, keyId, end, { mayPutOff: isOperator(by.actor) });
  if (!arranged.ok) return withdraw(mutations, created, arranged.failure, by);
  const at = arranged.value;
  return ok({ activeUntil: expiry < at.getTime() ? (expiresAt ?? '') : at.toISOString() });
}
