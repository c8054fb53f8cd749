import { parseJson } from '../parse-json.ts';
import { fail, ok, type Result } from '../result.ts';

/** The fields of every caller. */
interface AnyCaller {
  readonly organizationId: string;
  readonly organizationExternalId?: string;
  /** Present for a user's key and for a session, absent for an organization's key and for a client. */
  readonly userId?: string;
  readonly userExternalId?: string;
  /** RFC 3339; absent for a key that does not expire. */
  readonly expiresAt?: string;
  /** Of a session or a client: its permissions or scopes, as `scope`. */
  readonly customClaims: Readonly<Record<string, string>>;
  readonly roles: readonly string[];
}

/** The sender of a request with a key, as Scalekit describes it. */
export interface KeyCaller extends AnyCaller {
  readonly credential?: 'key';
  /** `apit_…`; an identifier, not a secret. */
  readonly keyId: string;
}

/** A person with a session of Scalekit. */
export interface SessionCaller extends AnyCaller {
  readonly credential: 'session';
  readonly keyId?: undefined;
  readonly sessionId: string;
  readonly userId: string;
  /** RFC 3339. */
  readonly issuedAt: string;
}

/** A machine with a token of the client-credentials grant. */
export interface ClientCaller extends AnyCaller {
  readonly credential: 'client';
  readonly keyId?: undefined;
  /** `m2morg_…`. */
  readonly clientId: string;
  /** RFC 3339. */
  readonly issuedAt: string;
}

/** The sender of a request. Without the settings `acceptSessions` and `acceptClients`, every caller has a key. */
export type Caller = KeyCaller | SessionCaller | ClientCaller;

/** The id of a caller's credential, by its name in the context. */
export function credentialOf(caller: Caller): { readonly [Name in 'keyId' | 'sessionId' | 'clientId']?: string } {
  switch (caller.credential) {
    case 'session':
      return { sessionId: caller.sessionId };
    case 'client':
      return { clientId: caller.clientId };
    default:
      return { keyId: caller.keyId };
  }
}

/** Why an event has no caller: the authorizer context is not ours, or the key or token has expired since the decision. */
export type NoCaller = 'malformed_context' | 'expired';

const optionalKeys = ['organizationExternalId', 'userId', 'userExternalId', 'expiresAt'] as const;

/**
 * Encodes a caller as an authorizer context: strings only. Absent fields stay absent. `scope` repeats the claim for backends in
 * other languages.
 */
export function encodeCaller(caller: Caller): Record<string, string> {
  const context: Record<string, string> = {
    ...credentialOf(caller),
    organizationId: caller.organizationId,
    customClaims: JSON.stringify(caller.customClaims),
    roles: JSON.stringify(caller.roles),
  };
  if (caller.credential === 'session' || caller.credential === 'client') {
    context['credential'] = caller.credential;
    context['issuedAt'] = caller.issuedAt;
  }
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
 * `expired`: the key or token has expired since the (possibly cached) decision.
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
  const { organizationId } = context;
  const customClaims = parseJson(context['customClaims']);
  const roles = parseJson(context['roles']);
  if (!isText(organizationId) || !isClaims(customClaims) || !isRoles(roles)) return fail('malformed_context');
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
  const caller = withCredential(context, { organizationId, ...optional, customClaims, roles });
  return caller ? ok(caller) : fail('malformed_context');
}

/** Adds the credential; `undefined` if its kind, its id and the other fields do not fit each other. */
function withCredential(context: Readonly<Record<string, unknown>>, fields: AnyCaller): Caller | undefined {
  const { credential = 'key', keyId, sessionId, clientId, issuedAt } = context;
  if ([keyId, sessionId, clientId].filter((id) => id !== undefined).length !== 1) return undefined;
  if (credential === 'key') return isText(keyId) ? { keyId, ...fields } : undefined;
  const { userId, expiresAt } = fields;
  if (!isText(issuedAt) || Number.isNaN(Date.parse(issuedAt)) || expiresAt === undefined) return undefined;
  if (credential === 'session' && isText(sessionId) && userId !== undefined)
    return { ...fields, credential, sessionId, issuedAt, userId };
  if (credential === 'client' && isText(clientId) && userId === undefined)
    return { ...fields, credential, clientId, issuedAt };
  return undefined;
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
