import type { RetentionDays } from 'aws-cdk-lib/aws-logs'; // its type alone: commands read settings, and need no CDK
import { distance } from 'fastest-levenshtein';
import { ConfigSchema } from './config-schema.ts';

/** The settings of a deployment. */
export interface Config {
  /** Names the deployment: its stack, and its parameters under `/scalekit/STAGE`. @default dev */
  readonly stage: string;
  /** The one origin whose pages may read answers, or `*`. @default * */
  readonly corsAllowOrigin: string;
  /** How long each log group keeps its events. @default 90 */
  readonly logRetentionDays: RetentionDays;
  /** How long one call of Scalekit may take, retries included. @default 2500 */
  readonly scalekitDeadlineMs: number;
  /** For how long a decision may be used again; a change of the key ends it at once. 0 switches the cache off. @default 0 */
  readonly decisionCacheSeconds: number;
  /** For how long a decision may be used while Scalekit is out; needs `decisionCacheSeconds`. 0 for no such use. @default 0 */
  readonly outageGraceSeconds: number;
  /** How many active keys a user of an organization may have; a rotation is never refused for it. 0 for no limit. @default 0 */
  readonly maxKeysPerUser: number;
  /** How many requests a second each method of the customers' API takes, of all clients together; those on keys take a tenth. @default 1000 */
  readonly throttleRatePerSecond: number;
  /** How many more it takes at once. @default 2000 */
  readonly throttleBurst: number;
  /** A page of yours that explains the codes of errors: the `type` of each problem links to it, with the code as fragment. @default none */
  readonly docsUrl?: string | undefined;
  /** An address that gets every alarm, once its owner has confirmed it. @default none */
  readonly alarmEmail?: string | undefined;
  /** The ranges of addresses that the operators' API may be called from, with a space between. @default all */
  readonly operatorAddresses?: string | undefined;
  /** Sends one request per minute with a key of its own, which `npm run keys -- create --canary` makes. @default false */
  readonly canary: boolean;
  /** Traces both APIs and all functions with AWS X-Ray, of one request together. @default false */
  readonly tracing: boolean;
  /** Encrypts logs, dead letters, alarms and the audit with a KMS key of the deployment's own, which may encrypt the Scalekit secrets too. @default false */
  readonly customerManagedKey: boolean;
  /** Puts AWS WAF in front of the customers' API: managed rules, and a limit for each address. @default false */
  readonly waf: boolean;
  /** How many requests of one address WAF lets through in a minute. @default 12000 */
  readonly wafRequestsPerMinute: number;
  /** A domain of yours for the customers' API, beside its default endpoint; needs `certificateArn`. @default none */
  readonly domainName?: string | undefined;
  /** A certificate in ACM, of the same region. @default none */
  readonly certificateArn?: string | undefined;
  /** Turns the default endpoint of the customers' API off: only once DNS leads to `domainName`, which it needs. @default false */
  readonly disableDefaultEndpoint: boolean;
  /** Sets the account's role by which API Gateway writes access logs; `false` where the account has one. @default true */
  readonly cloudWatchRole: boolean;
  /** Execution environments of the authorizer that are kept warm. @default 0 */
  readonly authorizerProvisionedConcurrency: number;
  /** How many authorizers run at once at most; as many are kept free for them. 0 for no such number. @default 0 */
  readonly authorizerReservedConcurrency: number;
  /** As many of each function that ends access run at once at most, and are kept free for it. 0 for no such number. @default 0 */
  readonly reservedConcurrencyForRevocation: number;
}

/** A setting is not allowed; the message is one line that names what is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A value of a setting, and how an error names it: `settings/prod.json: waf`. */
export interface GivenSetting {
  readonly value: unknown;
  readonly named: string;
}

/**
 * Completes settings that were given in code with their defaults; throws a {@link ConfigError}. `isToken` recognizes values that
 * only the deployment knows: they are not validated.
 */
export function completeConfig(given: Partial<Config>, isToken: (value: unknown) => boolean = () => false): Config {
  const entries = Object.entries(given).map(
    ([name, value]) => [name, { value, named: `ApiKeyAuth: ${name}` }] as const,
  );
  const tokens = entries.filter(([name, { value }]) => name in ConfigSchema.shape && isToken(value));
  for (const [name, { named }] of tokens)
    if (!knownAtDeployment.includes(name as keyof Config))
      throw new ConfigError(`${named} is a token: the synthesis needs its value. Give a literal`);
  const literals = new Map(entries.filter(([, { value }]) => !isToken(value)));
  const config = { ...toConfig(literals), ...Object.fromEntries(tokens.map(([name, { value }]) => [name, value])) };
  requireDomain(config, 'ApiKeyAuth:');
  return config;
}

/** Settings that go into the template as they are, so that they may be tokens. */
const knownAtDeployment: readonly (keyof Config)[] = [
  'corsAllowOrigin',
  'logRetentionDays',
  'scalekitDeadlineMs',
  'wafRequestsPerMinute',
  'domainName',
  'certificateArn',
];

/** Settings of earlier releases, and what takes their place. */
const formerSettings: Readonly<Record<string, string>> = {
  authorizerTtlSeconds: 'use decisionCacheSeconds: its decisions end at once with a revocation',
  wafRequestsPerFiveMinutes: 'use wafRequestsPerMinute, of a minute: a fifth of it is the same rate',
};

/** Parses settings by their names. Throws a {@link ConfigError} for an unknown name, and for a value that is not allowed. */
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
  const { outageGraceSeconds, decisionCacheSeconds } = parsed.data;
  if (outageGraceSeconds > 0 && decisionCacheSeconds === 0)
    throw new ConfigError(
      `${namedOf('outageGraceSeconds')} needs decisionCacheSeconds: without a cache there is no decision`,
    );
  const { authorizerReservedConcurrency: reserved, authorizerProvisionedConcurrency: provisioned } = parsed.data;
  if (reserved > 0 && reserved < provisioned)
    throw new ConfigError(
      `${namedOf('authorizerReservedConcurrency')} is less than authorizerProvisionedConcurrency: use ${provisioned} or more`,
    );
  return parsed.data;
}

/** A domain needs its certificate, a certificate its domain, and an API that is reached by its domain alone both. */
export function requireDomain({ domainName, certificateArn, disableDefaultEndpoint }: Config, named: string): void {
  if ((domainName === undefined) !== (certificateArn === undefined))
    throw new ConfigError(`${named} domainName and certificateArn go together: give both, or neither`);
  if (disableDefaultEndpoint && domainName === undefined)
    throw new ConfigError(`${named} disableDefaultEndpoint needs domainName: without both nobody reaches the API`);
}

function requireSetting(name: string, named: string): void {
  if (name in ConfigSchema.shape) return;
  const instead = formerSettings[name];
  if (instead) throw new ConfigError(`${named} is no setting any more: ${instead}`);
  const similar = similarSetting(name);
  const hint = similar ? `Did you mean ${similar}?` : `The settings are ${Object.keys(ConfigSchema.shape).join(', ')}.`;
  throw new ConfigError(`${named} is no setting. ${hint}`);
}

/** The names of all settings. */
export const settingNames = Object.keys(ConfigSchema.shape) as readonly (keyof Config)[];

/** The setting that a name within two edits of it stands for; a former setting stands for itself. */
export function similarSetting(name: string): string | undefined {
  const distances = [...settingNames, ...Object.keys(formerSettings)].map((setting) => ({
    setting,
    edits: Math.min(distance(name, setting), distance(name.toLowerCase(), setting.toLowerCase())),
  }));
  return distances.filter(({ edits }) => edits <= 2).sort((one, other) => one.edits - other.edits)[0]?.setting;
}
