import type { KeyInfo } from '../key.ts';

/** What is kept of a decision: what Scalekit said of a key. Address, expiry and suspension are decided on each request. */
export type CachedCaller = Omit<KeyInfo, 'userEmail' | 'description' | 'createdAt' | 'suffix'>;

/** Larger callers are not kept: each read costs by size, and a key of 20 long claims would cost six times as much. */
const maxBytes = 16 * 1024;

const optionalFields = ['organizationExternalId', 'userId', 'userExternalId', 'expiresAt'] as const;
const fields: readonly string[] = ['keyId', 'organizationId', 'customClaims', 'roles', ...optionalFields];

/** Writes a caller; `undefined` where it is too large to be kept. */
export function encodeCaller(caller: CachedCaller): string | undefined {
  const { keyId, organizationId, customClaims, roles } = caller;
  const optional = optionalFields.flatMap((name) => (caller[name] === undefined ? [] : [[name, caller[name]]]));
  const text = JSON.stringify({ keyId, organizationId, ...Object.fromEntries(optional), customClaims, roles });
  return isSmall(text) ? text : undefined;
}

/** Reads a caller; `undefined` where the text is not exactly as {@link encodeCaller} writes it. */
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
