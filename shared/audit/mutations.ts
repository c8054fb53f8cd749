import type { AmendedKey, KeyInfo, NewKey } from '../key.ts';
import { ok, type Result } from '../result.ts';
import type { CallFailure } from '../scalekit/call-policy.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';
import type { Audit, AuditCause, AuditEvent, AuditType } from './audit.ts';

/** A key that was just made, with the plain key. */
export interface CreatedKey {
  readonly key: string;
  readonly info: KeyInfo;
}

/** The only way to change anything at Scalekit: what was done is recorded, once. */
export interface Mutations {
  create(newKey: NewKey, cause: AuditCause, previousKeyId?: string): Promise<Result<CreatedKey, CallFailure>>;
  update(key: KeyInfo, change: AmendedKey, cause: AuditCause): Promise<Result<KeyInfo, CallFailure>>;
  /** Revokes a key that was active when it was looked up. */
  revoke(key: KeyInfo, cause: AuditCause): Promise<Result<void, CallFailure>>;
}

/** Makes the mutations of a Scalekit's keys, each with its record. */
export function auditedMutations(scalekit: Scalekit, audit: Audit): Mutations {
  return {
    async create(newKey, cause, previousKeyId) {
      const created = await scalekit.create(newKey);
      if (!created.ok) return created;
      const more = previousKeyId === undefined ? {} : { previousKeyId };
      const fields = fieldsOf(newKey);
      await audit.record(
        event(previousKeyId === undefined ? 'Created' : 'Rotated', created.value.info, cause, fields, more),
      );
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
  };
}

function event(
  type: AuditType,
  { organizationId, keyId, userId }: KeyInfo,
  cause: AuditCause,
  fields: readonly string[],
  more: { readonly previousKeyId?: string } = {},
): AuditEvent {
  return { type, organizationId, keyId, ...(userId === undefined ? {} : { userId }), ...more, fields, ...cause };
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
