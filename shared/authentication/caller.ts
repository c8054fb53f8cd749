import { fail, ok, type Result } from '../result.ts';

/** Who a request comes from: what Scalekit said of its key. */
export interface Caller {
  /** `apit_…`; an identifier, not a secret. */
  readonly keyId: string;
  readonly organizationId: string;
  readonly organizationExternalId?: string;
  /** Present for a user's key, absent for an organization's. */
  readonly userId?: string;
  readonly userExternalId?: string;
  /** RFC 3339; absent for a key that does not expire. */
  readonly expiresAt?: string;
  readonly customClaims: Readonly<Record<string, string>>;
  readonly roles: readonly string[];
}

/** Why an event names no caller: the authorizer context is not one of ours, or the key has expired since the decision. */
export type NoCaller = 'malformed_context' | 'expired';

const optionalKeys = ['organizationExternalId', 'userId', 'userExternalId', 'expiresAt'] as const;

/** Encodes a caller as an authorizer context: strings only, and what is absent stays absent. */
export function encodeCaller(caller: Caller): Record<string, string> {
  const context: Record<string, string> = {
    keyId: caller.keyId,
    organizationId: caller.organizationId,
    customClaims: JSON.stringify(caller.customClaims),
    roles: JSON.stringify(caller.roles),
  };
  for (const key of optionalKeys) {
    const value = caller[key];
    if (value !== undefined) context[key] = value;
  }
  return context;
}

/** The principal that API Gateway logs and meters by: the user, else the organization. */
export function principalId(caller: Caller): string {
  return caller.userId ?? caller.organizationId;
}

/**
 * Reads the caller from a proxy event's `requestContext.authorizer`. It fails closed: a context that is missing or not
 * exactly as {@link encodeCaller} writes it is `malformed_context`, and a key whose expiry has passed since the
 * (possibly cached) decision is `expired`; there is no anonymous caller. An event of another kind, such as a schedule's, has none.
 */
export function readCaller(
  event: {
    readonly requestContext?:
      | { readonly authorizer?: Readonly<Record<string, unknown>> | null | undefined }
      | null
      | undefined;
  },
  now: number = Date.now(),
): Result<Caller, NoCaller> {
  const context = event.requestContext?.authorizer;
  if (!context) return fail('malformed_context');
  const { keyId, organizationId } = context;
  const customClaims = parseJson(context['customClaims']);
  const roles = parseJson(context['roles']);
  if (!isText(keyId) || !isText(organizationId) || !isClaims(customClaims) || !isRoles(roles)) {
    return fail('malformed_context');
  }
  const optional: Partial<Record<(typeof optionalKeys)[number], string>> = {};
  for (const key of optionalKeys) {
    const value = context[key];
    if (value === undefined) continue;
    if (!isText(value)) return fail('malformed_context');
    optional[key] = value;
  }
  if (optional.expiresAt !== undefined) {
    const expiresAt = Date.parse(optional.expiresAt);
    if (Number.isNaN(expiresAt)) return fail('malformed_context');
    if (expiresAt <= now) return fail('expired');
  }
  return ok({ keyId, organizationId, ...optional, customClaims, roles });
}

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRoles(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((role) => typeof role === 'string');
}

function isClaims(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((claim) => typeof claim === 'string')
  );
}
