import type { Outage } from '../failure.ts';
import type { AmendedKey, CreatedKey, KeyInfo, NewKey } from '../key.ts';
import { ok, type Result } from '../result.ts';
import type { CallFailure } from '../scalekit/call-policy.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Audit, AuditCause, AuditEvent, AuditType } from './audit.ts';

/** The only way to change anything at Scalekit: each change is recorded once. */
export interface Mutations {
  /** With `previousKeyId` the record is of a rotation. */
  create(newKey: NewKey, cause: AuditCause, previousKeyId?: string): Promise<Result<CreatedKey, CallFailure>>;
  update(key: KeyInfo, change: AmendedKey, cause: AuditCause): Promise<Result<KeyInfo, CallFailure>>;
  /** Revokes a key that was active when it was looked up. */
  revoke(key: KeyInfo, cause: AuditCause): Promise<Result<void, Outage>>;
  /** Makes the calls of a revocation, of no key: so that the time of an answer tells nothing. */
  revokeNothing(): Promise<Result<void, Outage>>;
}

/** Makes the mutations of a Scalekit's keys, each with its record. */
export function auditedMutations(scalekit: Scalekit, audit: Audit): Mutations {
  return {
    async create(newKey, cause, previousKeyId) {
      const created = await scalekit.create(newKey);
      if (!created.ok) return created;
      const type = previousKeyId === undefined ? 'Created' : 'Rotated';
      await audit.record(event(type, created.value.info, cause, fieldsOf(newKey), previousKeyId));
      return created;
    },
    async update(key, change, cause) {
      const updated = await scalekit.update(key.keyId, change);
      if (!updated.ok) return updated;
      await audit.record(event('Updated', key, cause, changedFields(key, updated.value)));
      return updated;
    },
    async revoke(key, cause) {
      const invalidated = await scalekit.invalidate(key.keyId);
      if (!invalidated.ok) return invalidated;
      await audit.record(event('Revoked', key, cause, []));
      return ok(undefined);
    },
    async revokeNothing() {
      const answer = await scalekit.invalidate('unknown');
      // A refusal of an id that nobody has ends nothing.
      return answer.ok || answer.failure.reason === 'refused' ? ok(undefined) : answer;
    },
  };
}

function event(
  type: AuditType,
  { organizationId, keyId, userId }: KeyInfo,
  cause: AuditCause,
  fields: readonly string[],
  previousKeyId?: string,
): AuditEvent {
  return { type, ...withoutUndefined({ organizationId, keyId, userId, previousKeyId }), fields, ...cause };
}

function fieldsOf({ description, expiresAt, customClaims }: NewKey): string[] {
  return [
    ...(description === undefined ? [] : ['description']),
    ...(expiresAt === undefined ? [] : ['expiresAt']),
    ...Object.keys(customClaims).map((name) => `customClaims.${name}`),
  ];
}

function changedFields(before: KeyInfo, after: KeyInfo): string[] {
  const names = new Set([...Object.keys(before.customClaims), ...Object.keys(after.customClaims)]);
  const changed = [...names].filter((name) => before.customClaims[name] !== after.customClaims[name]);
  return [
    ...(before.description === after.description ? [] : ['description']),
    ...changed.map((name) => `customClaims.${name}`),
  ];
}
