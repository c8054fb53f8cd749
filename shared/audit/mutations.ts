import type { Mark, Marks, NotFlushed } from '../decision-cache/marks.ts';
import type { Outage } from '../failure.ts';
import type { AmendedKey, CreatedKey, KeyInfo, NewKey } from '../key.ts';
import type { Metrics } from '../metrics.ts';
import type { Result } from '../result.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';
import type { CallFailure } from '../scalekit/verdict.ts';
import type { Audit, AuditCause, AuditType } from './audit.ts';
import { auditEvent, changedFields, fieldsOf, typeOfChange } from './audit-event.ts';

/** How long a mark is retried after Scalekit answered. The change is recorded at the same time. */
export const settleMs = 1_500;

/**
 * The only way to change a key. Each change ends the key's cached decisions in three steps: mark the key, call Scalekit, then
 * record the change and settle the mark. `cache_not_flushed`: the key is revoked, but a cached decision may still be used. For an
 * update: the key is unchanged, or it is changed but a cached decision may still be used.
 */
export interface Mutations {
  /** With `previousKeyId` the change is recorded as a rotation. */
  create(newKey: NewKey, cause: AuditCause, previousKeyId?: string): Promise<Result<CreatedKey, CallFailure>>;
  /** If the mark cannot be written, the key is not changed. */
  update(key: KeyInfo, change: AmendedKey, cause: AuditCause): Promise<Result<KeyInfo, CallFailure | NotFlushed>>;
  /** Revokes a key that was active when it was looked up, even if the mark cannot be written. */
  revoke(key: KeyInfo, cause: AuditCause): Promise<Result<void, Outage | NotFlushed>>;
  /**
   * Ends the cached decisions of a key that Scalekit does not find: the request may repeat a revocation whose mark failed.
   * Without an id it takes as long but ends nothing, so that a caller cannot distinguish a key that it cannot see from an absent
   * key.
   */
  endAbsent(keyId: string | undefined): Promise<Result<void, NotFlushed>>;
  /** Like {@link endAbsent}, for a plain key. Makes the same calls as a revocation. */
  endUnknown(plainKey: string): Promise<Result<void, Outage | NotFlushed>>;
  /**
   * Ends the cached decisions of all keys of an organization, or of a user, before any of the keys is revoked. Call the returned
   * function after the revocations.
   */
  endDecisions(organizationId: string, userId?: string): Promise<() => Promise<Result<void, NotFlushed>>>;
}

/** Ends the cached decisions of a key; changes no key. */
export type Forgetting = Pick<Mutations, 'endAbsent'>;

/** Makes a {@link Forgetting}, which needs no Scalekit. */
export function markedForgetting(marks: Marks, metrics: Metrics): Forgetting {
  return { endAbsent: async (keyId) => settleMark(await marks.mark(keyId), marks, metrics) };
}

async function settleMark(mark: Mark, marks: Marks, metrics: Metrics): Promise<Result<void, NotFlushed>> {
  const settled = await marks.settle(mark, Date.now() + settleMs);
  if (!settled.ok) metrics.measure('MarkFailures');
  return settled;
}

/** Makes the mutations of Scalekit's keys. */
export function auditedMutations(scalekit: Scalekit, audit: Audit, marks: Marks, metrics: Metrics): Mutations {
  const settle = (mark: Mark) => settleMark(mark, marks, metrics);

  async function finish(mark: Mark, type: AuditType, key: KeyInfo, cause: AuditCause, fields: readonly string[]) {
    const [settled] = await Promise.all([settle(mark), audit.record(auditEvent(type, key, cause, fields))]);
    return settled;
  }

  return {
    async create(newKey, cause, previousKeyId) {
      const created = await scalekit.create(newKey);
      if (!created.ok) return created;
      const type = previousKeyId === undefined ? 'Created' : 'Rotated';
      await audit.record(auditEvent(type, created.value.info, cause, fieldsOf(newKey), previousKeyId));
      return created;
    },
    async update(key, change, cause) {
      const mark = await marks.mark(key.keyId);
      if (!mark.written.ok) {
        metrics.measure('MarkFailures');
        return mark.written;
      }
      const updated = await scalekit.update(key.keyId, change);
      if (!updated.ok) return updated;
      const type = typeOfChange(key, updated.value);
      const settled = await finish(mark, type, key, cause, changedFields(key, updated.value));
      return settled.ok ? updated : settled;
    },
    async revoke(key, cause) {
      const mark = await marks.mark(key.keyId);
      const invalidated = await scalekit.invalidate(key.keyId);
      return invalidated.ok ? finish(mark, 'Revoked', key, cause, []) : invalidated;
    },
    ...markedForgetting(marks, metrics),
    async endUnknown(plainKey) {
      const keyId = await marks.keyIdOf(plainKey);
      const mark = await marks.mark(keyId.ok ? keyId.value : undefined);
      const answer = await scalekit.invalidate('unknown');
      // No key has this id, so a refusal is expected.
      if (!answer.ok && answer.failure.reason !== 'refused') return answer;
      const settled = await settle(mark);
      return keyId.ok ? settled : keyId;
    },
    async endDecisions(organizationId, userId) {
      const mark = await marks.markEnded(organizationId, userId);
      return () => settle(mark);
    },
  };
}
