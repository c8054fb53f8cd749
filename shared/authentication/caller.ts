import { parseJson } from '../parse-json.ts';
import { fail, ok, type Result } from '../result.ts';

/** The sender of a request, as Scalekit describes its key. */
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

/** Why an event has no caller: the authorizer context is not ours, or the key has expired since the decision. */
export type NoCaller = 'malformed_context' | 'expired';

const optionalKeys = ['organizationExternalId', 'userId', 'userExternalId', 'expiresAt'] as const;

/**
 * Encodes a caller as an authorizer context: strings only. Absent fields stay absent. `scope` repeats the claim for backends in
 * other languages.
 */
export function encodeCaller(caller: Caller): Record<string, string> {
  const context: Record<string, string> = {
    keyId: caller.keyId,
    organizationId: caller.organizationId,
    customClaims: JSON.stringify(caller.customClaims),
    roles: JSON.stringify(caller.roles),
  };
  const { scope } = caller.customClaims;
  if (scope) context['scope'] = scope;
  for (const key of optionalKeys) {
    const value = caller[key];
    if (value !== undefined) context[key] = value;
  }
  return context;
}

/** The principal for API Gateway's logs and metering: the user, or else the organization. */
export function principalId(caller: Caller): string {
  return caller.userId ?? caller.organizationId;
}

/**
 * Reads the caller from a proxy event's `requestContext.authorizer`. It fails closed: there is no anonymous caller.
 * `malformed_context`: the context is missing, as in an event of a schedule, or not exactly as {@link encodeCaller} writes it.
 * `expired`: the key has expired since the (possibly cached) decision.
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
