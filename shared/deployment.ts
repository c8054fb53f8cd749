// Names that the functions, infra/ and local/ share, each written once. This file imports nothing, so all of them may import it.

/** Environment variables that infra/ sets on functions. */
export type FunctionVariable =
  | 'AUDIT_EVENT_BUS'
  | 'BACKEND_ROUTES'
  | 'SCOPES'
  | 'REMINDER_SCHEDULE_GROUP'
  | 'REMINDER_TARGET_ARN'
  | 'REMINDER_ROLE_ARN'
  | 'MAX_KEY_LIFETIME_DAYS'
  | 'DEFAULT_KEY_LIFETIME_DAYS'
  | 'CANARY_KEY_PARAMETER'
  | 'CANARY_URL'
  | 'CORS_ALLOW_ORIGIN'
  | 'DECISION_CACHE_SECONDS'
  | 'DECISION_TABLE'
  | 'DOCS_URL'
  | 'MAX_KEYS_PER_USER'
  | 'METRICS_DEPLOYMENT'
  | 'OUTAGE_GRACE_SECONDS'
  | 'OVERLAP_DEAD_LETTER_ARN'
  | 'OVERLAP_ROLE_ARN'
  | 'OVERLAP_SCHEDULE_GROUP'
  | 'OVERLAP_TARGET_ARN'
  | 'PORTAL_TABLE'
  | 'SESSION_AUDIENCES'
  | 'CLIENT_AUDIENCES'
  | 'METERED_API_ID'
  | 'PLAN_ACTIVATION_SECONDS'
  | 'PLAN_ROLE_ARN'
  | 'PLAN_SCHEDULE_GROUP'
  | 'PLAN_TARGET_ARN'
  | 'PLANS'
  | 'PORTAL_URL'
  | 'USAGE_PLAN_IDS'
  | 'PRODUCT_NAME'
  | 'SCALEKIT_DEADLINE_MS'
  | 'SCALEKIT_PARAMETER_PATH'
  | 'WEBHOOK_SECRET_PARAMETER'
  | 'WORK_QUEUE_URL';

/** The names of the SecureStrings with the Scalekit credentials, below the path of a deployment. */
export const parameterNames = {
  environmentUrl: 'environment-url',
  clientId: 'client-id',
  clientSecret: 'client-secret',
} as const;

/** The environment variables in which a person passes the same credentials. */
export const credentialVariables = {
  environmentUrl: 'SCALEKIT_ENVIRONMENT_URL',
  clientId: 'SCALEKIT_CLIENT_ID',
  clientSecret: 'SCALEKIT_CLIENT_SECRET',
} as const satisfies Record<keyof typeof parameterNames, string>;

/** The name of the SecureString with the secret that Scalekit signs webhooks with, below the same path. */
export const webhookSecretName = 'webhook-secret';

/** The name of the SecureString with the canary's key, below the same path. */
export const canaryKeyName = 'canary-key';

/**
 * The `type` of a problem (RFC 9457): a link to the part of a documentation page that explains the code, or `about:blank`
 * without a page.
 */
export function problemType(docsUrl: string | undefined, code: string): string {
  return docsUrl === undefined ? 'about:blank' : `${docsUrl}#${code}`;
}

/** What a refusal of credentials tells the client. The gateway puts it into JSON as it is: no quotes and no backslashes. */
interface CredentialsRefusal {
  readonly detail: string;
  /** `WWW-Authenticate`. It has an `error` only where the key itself is bad: generic clients throw a key away by it. */
  readonly challenge: string;
}

const challenge = 'Bearer realm="api"';

/** The refusals of credentials by their codes, in the authorizer's words; header and body say the same. */
export const credentialsRefusals = {
  missing_credentials: { detail: 'Send an API key in the header: Authorization: Bearer KEY.', challenge },
  malformed_credentials: {
    detail:
      'The Authorization header is not of the form: Bearer KEY. The key may be good: keep it, and correct the header.',
    challenge,
  },
  invalid_token: {
    detail: 'The API key is malformed, unknown, expired or revoked.',
    challenge: `${challenge}, error="invalid_token"`,
  },
  key_suspended: { detail: 'The API key is suspended. Ask who manages your keys to resume it.', challenge },
  address_not_allowed: { detail: 'The API key cannot be used from this address.', challenge },
} as const satisfies Record<string, CredentialsRefusal>;

export type CredentialsRefusalCode = keyof typeof credentialsRefusals;

/** The header with the end of the caller's key, in RFC 3339, of answers to a key that ends soon. */
export const keyExpiresHeader = 'Api-Key-Expires';

/** Response headers that a page of another origin may read. */
export const corsExposeHeaders: readonly string[] = ['Location', 'Retry-After', 'WWW-Authenticate', keyExpiresHeader];

/** The prefix of every route of the operators' API. No route of the customers' API has it. */
export const operatorRoute = '/organizations/{organizationId}';

/** The path of the page for keys, on the customers' API. */
export const portalPath = '/portal';

/** The operators' route that makes links to it, below the organization. */
export const portalLinksPath = '/portal-links';

/** Outputs of the stack. */
export const outputNames = {
  apiUrl: 'ApiUrl',
  operatorUrl: 'OperatorApiUrl',
  settings: 'Settings',
  parameterPath: 'ScalekitParameterPath',
  auditBus: 'AuditEventBusName',
  decisionTable: 'DecisionTableName',
  workQueue: 'WorkQueueUrl',
  deadLetters: 'DeadLetterQueueUrl',
} as const;

/** The source of every event on the audit bus. */
export const eventSource = 'api-keys';

export const metricNamespace = 'ApiKeys';

/** The dimensions of a metric: the deployment, and for some metrics also a problem's code or a cache miss's reason. */
export const metricDimensions = { deployment: 'Deployment', code: 'Code', missReason: 'MissReason' } as const;

/** The unit of each metric. docs/production.md explains the metrics. */
export const metricUnits = {
  Allowed: 'Count',
  Denied: 'Count',
  Outages: 'Count',
  DecisionLatency: 'Milliseconds',
  UpstreamLatency: 'Milliseconds',
  UpstreamFailures: 'Count',
  CredentialsRefused: 'Count',
  RateLimited: 'Count',
  KeysCreated: 'Count',
  KeysUpdated: 'Count',
  KeysRotated: 'Count',
  KeysRevoked: 'Count',
  AuditFailures: 'Count',
  CacheHits: 'Count',
  CacheMisses: 'Count',
  CacheReadFailures: 'Count',
  CacheWriteFailures: 'Count',
  GraceUses: 'Count',
  FutureDecisions: 'Count',
  MarkFailures: 'Count',
  WebhookFailures: 'Count',
  UnknownPlans: 'Count',
  PlanFailures: 'Count',
  Meters: 'Count',
} as const;

export type MetricName = keyof typeof metricUnits;

/** Ids as Scalekit writes them. */
export const idPatterns = {
  key: /^apit_[0-9A-Za-z]+$/,
  organization: /^org_[0-9A-Za-z]+$/,
  user: /^usr_[0-9A-Za-z]+$/,
  /** A machine of an organization, which gets tokens by the client-credentials grant. */
  client: /^m2morg_[0-9A-Za-z]+$/,
  /** Ours: a link to the page for keys. */
  link: /^plink_[0-9A-Za-z]+$/,
  /** What makes keys: a key, or a link. */
  issuer: /^(apit|plink|usr|m2morg)_[0-9A-Za-z]+$/,
} as const;

/**
 * A credential without the white space around it. `undefined` if it is empty or has a character that no client id or secret may
 * have (RFC 6749, A.1 and A.2).
 */
export function readCredential(text: string): string | undefined {
  const credential = text.trim();
  return /^[\x20-\x7E]+$/.test(credential) ? credential : undefined;
}

/**
 * The normal form of a service's URL, without the white space around it and without trailing slashes. `undefined` if it is no
 * HTTPS URL. HTTP would send secrets unencrypted, so it is allowed for loopback only.
 */
export function readServiceUrl(text: string): string | undefined {
  const url = URL.parse(readCredential(text) ?? '');
  if (!url || url.username || url.password || url.search || url.hash) return undefined;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return isSafe ? (url.origin + url.pathname).replace(/\/+$/, '') : undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** The root path of the routes that manage keys, on the customers' API. Decisions on them never come from a cache. */
export const keysPath = '/keys';

/** The name of a route's operation, from its method and path: `getNotesNoteId`. */
export function operationNameOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}
