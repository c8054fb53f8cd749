import type { KeyInfo, NewKey } from '../key.ts';
import { isSuspended } from '../key-claims.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { AuditCause, AuditEvent, AuditType } from './audit.ts';

/** The audit event for one change of a key. */
export function auditEvent(
  type: AuditType,
  { organizationId, keyId, userId }: KeyInfo,
  cause: AuditCause,
  fields: readonly string[],
  previousKeyId?: string,
): AuditEvent {
  return { type, ...withoutUndefined({ organizationId, keyId, userId, previousKeyId }), fields, ...cause };
}

/** The names of the fields that a new key has. */
export function fieldsOf({ description, expiresAt, customClaims }: NewKey): string[] {
  return [
    ...(description === undefined ? [] : ['description']),
    ...(expiresAt === undefined ? [] : ['expiresAt']),
    ...Object.keys(customClaims).map((name) => `customClaims.${name}`),
  ];
}

/** The names of the fields that a change modified. */
export function changedFields(before: KeyInfo, after: KeyInfo): string[] {
  const names = new Set([...Object.keys(before.customClaims), ...Object.keys(after.customClaims)]);
  const changed = [...names].filter((name) => before.customClaims[name] !== after.customClaims[name]);
  return [
    ...(before.description === after.description ? [] : ['description']),
    ...changed.map((name) => `customClaims.${name}`),
  ];
}

/** A change of the suspension has an event of its own, whatever else changes with it. */
export function typeOfChange(before: KeyInfo, after: KeyInfo): AuditType {
  if (isSuspended(before) === isSuspended(after)) return 'Updated';
  return isSuspended(after) ? 'Suspended' : 'Resumed';
}
