import type { RetentionDays } from 'aws-cdk-lib/aws-logs'; // the type only: commands read settings without the CDK
import { distance } from 'fastest-levenshtein';
import type { UsagePlan } from '../shared/usage-plans.ts';
import { brokenDomain, brokenRule } from './config-rules.ts';
import { ConfigSchema } from './config-schema.ts';

/** The settings of a deployment. */
export interface Config {
  /** Names the deployment: its stack, and its parameters under `/scalekit/STAGE`. @default dev */
  readonly stage: string;
  /** The one origin whose pages may read answers, or `*`. @default * */
  readonly corsAllowOrigin: string;
  /** How long each log group keeps its events. @default 90 */
  readonly logRetentionDays: RetentionDays;
  /** How long one call to Scalekit may take, including retries. @default 2500 */
  readonly scalekitDeadlineMs: number;
  /** How long a decision may be reused. A change of the key ends it at once. 0 turns the cache off. @default 0 */
  readonly decisionCacheSeconds: number;
  /** How long a decision may be used while Scalekit is down; needs `decisionCacheSeconds`. 0 turns this off. @default 0 */
  readonly outageGraceSeconds: number;
  /**
   * The words that scopes of keys may have, separated by spaces, in addition to `keys:read`, `keys:write` and `keys:users`.
   * @default any
   */
  readonly scopes?: string | undefined;
  /** How many active keys a user of an organization may have. It never blocks a rotation. 0 means no limit. @default 0 */
  readonly maxKeysPerUser: number;
  /** How many days a new key may live at most; older keys stay as they are. 0 means no limit. @default 0 */
  readonly maxKeyLifetimeDays: number;
  /** How many days a key lives that is made without an end. 0 means the maximum, if there is one. @default 0 */
  readonly defaultKeyLifetimeDays: number;
  /** Puts events on the audit bus 14, 7 and 1 days before a key ends, and at its end. @default false */
  readonly expiryReminders: boolean;
  /**
   * The audiences of which session tokens are accepted beside keys, separated by spaces. @default none, so that the API accepts
   * no sessions
   */
  readonly acceptSessions?: string | undefined;
  /**
   * The audiences of which tokens of the client-credentials grant are accepted beside keys, separated by spaces. @default none, so
   * that the API accepts none
   */
  readonly acceptClients?: string | undefined;
  /**
   * Limits and quotas that an organization can have, by name: `{free: {rate: 5, burst: 10, quota: 10000, period: 'MONTH'}}`.
   * `rate` is in requests per second. @default none, so that only the limits of methods apply
   */
  readonly plans?: Readonly<Record<string, UsagePlan>> | undefined;
  /** How long a new plan of an organization waits until its limits are known everywhere, in seconds. @default 60 */
  readonly planActivationSeconds?: number | undefined;
  /** The page on which customers manage their keys, at `/portal`. Operators make links to it. @default false */
  readonly portal: boolean;
  /** The name of your product, for the page; needs `portal`. @default API keys */
  readonly productName?: string | undefined;
  /**
   * Requests per second that each method of the customers' API accepts from all clients together. Key routes that do not end
   * access accept a tenth. @default 1000
   */
  readonly throttleRatePerSecond: number;
  /** The burst of the same limit. @default 2000 */
  readonly throttleBurst: number;
  /**
   * A page of yours that explains the codes of errors. The `type` of each problem links to it, with the code as fragment.
   * @default none
   */
  readonly docsUrl?: string | undefined;
  /** An e-mail address that gets every alarm, once its owner has confirmed it. @default none */
  readonly alarmEmail?: string | undefined;
  /** The address ranges that may call the operators' API, separated by spaces. @default all */
  readonly operatorAddresses?: string | undefined;
  /** Sends one request per minute with a key of its own, which `npm run keys -- create --canary` makes. @default false */
  readonly canary: boolean;
  /** Alarms, a dashboard and saved queries. Without them, the metrics are still measured. @default true */
  readonly monitoring: boolean;
  /** Archives every audit event for ever, on the deployment's own event bus. @default true */
  readonly auditArchive: boolean;
  /** Traces both APIs and all functions with AWS X-Ray, in one trace per request. @default false */
  readonly tracing: boolean;
  /**
   * Encrypts logs, queues, alarms, audit and decisions with the deployment's own KMS key, which may encrypt the Scalekit secrets
   * too. @default false
   */
  readonly customerManagedKey: boolean;
  /** Puts AWS WAF in front of the customers' API: managed rules, and a limit per address. @default false */
  readonly waf: boolean;
  /** Requests per minute that WAF accepts from one address. @default 12000 */
  readonly wafRequestsPerMinute: number;
  /** The ARN of your own AWS WAF web ACL of the same region, instead of `waf`. @default none */
  readonly webAclArn?: string | undefined;
  /** Your own domain for the customers' API, as well as its default endpoint; needs `certificateArn`. @default none */
  readonly domainName?: string | undefined;
  /** An ACM certificate of the same region. @default none */
  readonly certificateArn?: string | undefined;
  /** The path of the API on that domain, like `v1`; needs `domainName`. @default none */
  readonly basePath?: string | undefined;
  /**
   * Turns off the default endpoint of the customers' API; needs `domainName`. Set it only once DNS points to that domain.
   * @default false
   */
  readonly disableDefaultEndpoint: boolean;
  /** Sets the account's role for API Gateway's access logs; use `false` if the account has one. @default true */
  readonly cloudWatchRole: boolean;
  /** How many execution environments of the authorizer are kept warm. @default 0 */
  readonly authorizerProvisionedConcurrency: number;
  /** Reserved concurrency of the authorizer, which is also its maximum. 0 reserves none. @default 0 */
  readonly authorizerReservedConcurrency: number;
  /** Reserved concurrency of each function that ends access, which is also its maximum. 0 reserves none. @default 0 */
  readonly reservedConcurrencyForRevocation: number;
}

/** A setting is invalid. The message is one line that names the allowed values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A value of a setting, and its name in errors: `settings/prod.json: waf`. */
export interface GivenSetting {
  readonly value: unknown;
  readonly named: string;
}

/**
 * Adds defaults to settings that were given in code; throws a {@link ConfigError}. `isToken` recognizes values that are known
 * only at deployment: they are not validated.
 */
export function completeConfig(given: Partial<Config>, isToken: (value: unknown) => boolean = () => false): Config {
  const entries = Object.entries(given).map(
    ([name, value]) => [name, { value, named: `ApiKeyAuth: ${name}` }] as const,
  );
  const tokens = entries.filter(([name, { value }]) => name in ConfigSchema.shape && isToken(value));
  for (const [name, { named }] of tokens)
    if (!knownAtDeployment.includes(name as keyof Config))
      throw new ConfigError(`${named} is a token, but synthesis needs its value: use a literal`);
  const literals = new Map(entries.filter(([, { value }]) => !isToken(value)));
  const config = { ...toConfig(literals), ...Object.fromEntries(tokens.map(([name, { value }]) => [name, value])) };
  requireDomain(config, 'ApiKeyAuth:');
  return config;
}

/** Settings that go into the template unchanged, so they may be tokens. */
const knownAtDeployment: readonly (keyof Config)[] = [
  'corsAllowOrigin',
  'logRetentionDays',
  'scalekitDeadlineMs',
  'wafRequestsPerMinute',
  'domainName',
  'certificateArn',
  'webAclArn',
];

/** Settings of earlier releases, and their replacements. */
const formerSettings: Readonly<Record<string, string>> = {
  authorizerTtlSeconds: 'use decisionCacheSeconds: a revocation ends its decisions at once',
  wafRequestsPerFiveMinutes: 'use wafRequestsPerMinute: a fifth of the value is the same rate',
};

/** Parses settings by name. Throws a {@link ConfigError} for an unknown name or an invalid value. */
export function toConfig(settings: ReadonlyMap<string, GivenSetting>): Config {
  const given = [...settings].filter(([, { value }]) => value !== undefined);
  for (const [name, { named }] of given) requireSetting(name, named);
  const parsed = ConfigSchema.safeParse(Object.fromEntries(given.map(([name, { value }]) => [name, value])));
  const namedOf = (name: keyof Config) => settings.get(name)?.named ?? name;
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      const { named, value } = settings.get(name) ?? { named: name, value: undefined };
      return `${named}=${JSON.stringify(value)} is not allowed: ${issue.message}`;
    });
    throw new ConfigError(problems.join('; '));
  }
  const broken = brokenRule(parsed.data, namedOf);
  if (broken !== undefined) throw new ConfigError(broken);
  return parsed.data;
}

/** Requires what belongs to a domain to have one. Apart from the other rules, because tokens count as given here. */
export function requireDomain(config: Config, named: string): void {
  const broken = brokenDomain(config);
  if (broken !== undefined) throw new ConfigError(`${named} ${broken}`);
}

function requireSetting(name: string, named: string): void {
  if (name in ConfigSchema.shape) return;
  const instead = formerSettings[name];
  if (instead) throw new ConfigError(`${named} is no longer a setting: ${instead}`);
  const similar = similarSetting(name);
  const hint = similar ? `Did you mean ${similar}?` : `The settings are ${Object.keys(ConfigSchema.shape).join(', ')}.`;
  throw new ConfigError(`${named} is not a setting. ${hint}`);
}

/** The names of all settings. */
export const settingNames = Object.keys(ConfigSchema.shape) as readonly (keyof Config)[];

/** The setting whose name is at most two edits from a name; former settings count too. */
export function similarSetting(name: string): string | undefined {
  const distances = [...settingNames, ...Object.keys(formerSettings)].map((setting) => ({
    setting,
    edits: Math.min(distance(name, setting), distance(name.toLowerCase(), setting.toLowerCase())),
  }));
  return distances.filter(({ edits }) => edits <= 2).sort((one, other) => one.edits - other.edits)[0]?.setting;
}
