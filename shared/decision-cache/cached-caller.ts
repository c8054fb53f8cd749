import type { KeyInfo } from '../key.ts';
import { parseJson } from '../parse-json.ts';

/** The cached part of a decision: Scalekit's description of a key. Address and expiry are checked on each request. */
export type CachedCaller = Omit<KeyInfo, 'userEmail' | 'description' | 'createdAt' | 'suffix'>;

/** Larger callers are not cached: a read is priced by size, and a key with 20 long claims would cost six times as much. */
const maxBytes = 16 * 1024;

const optionalFields = ['organizationExternalId', 'userId', 'userExternalId', 'expiresAt'] as const;
const fields: readonly string[] = ['keyId', 'organizationId', 'customClaims', 'roles', ...optionalFields];

/** Encodes a caller; `undefined` if it is too large to be cached. */
export function encodeCaller(caller: CachedCaller): string | undefined {
  const { keyId, organizationId, customClaims, roles } = caller;
  const optional = optionalFields.flatMap((name) => (caller[name] === undefined ? [] : [[name, caller[name]]]));
  const text = JSON.stringify({ keyId, organizationId, ...Object.fromEntries(optional), customClaims, roles });
  return isSmall(text) ? text : undefined;
}

/** Decodes a caller; `undefined` if the string is not exactly as {@link encodeCaller} writes it. */
export function decodeCaller(text: string): CachedCaller | undefined {
  const value = isSmall(text) ? parseJson(text) : undefined;
  if (!isRecord(value) || Object.keys(value).some((name) => !fields.includes(name))) return undefined;
  const { keyId, organizationId, customClaims, roles, expiresAt } = value;
  if (!isText(keyId) || !isText(organizationId) || !isClaims(customClaims) || !isRoles(roles)) return undefined;
  if (!optionalFields.every((name) => !(name in value) || isText(value[name]))) return undefined;
  if (expiresAt !== undefined && (!isText(expiresAt) || Number.isNaN(Date.parse(expiresAt)))) return undefined;
  return value as unknown as CachedCaller;
}

function isSmall(text: string): boolean {
  return Buffer.byteLength(text) <= maxBytes;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isClaims(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((claim) => typeof claim === 'string');
}

function isRoles(value: unknown): boolean {
  return Array.isArray(value) && value.every((role) => typeof role === 'string');
}
