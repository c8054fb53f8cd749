import { z } from 'zod';
import { flag, retentionDays, textLike, upTo1000, usagePlans, wholeNumber } from './setting-values.ts';

/** Ten years. A key that should last longer should not end at all. */
const lifetime = wholeNumber(0, 3_650, 'use a whole number of days from 0 (no limit) to 3650');

const retentionAllowed = `use one of ${retentionDays.join(', ')}`;

const audiences = textLike(
  /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/,
  'use audiences separated by spaces, like https://api.example.com',
);

/** The allowed values of each setting, and its default. */
export const ConfigSchema = z.strictObject({
  stage: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,19}$/,
      'use 1 to 20 lower-case letters, digits and hyphens, beginning with a letter, like dev or prod',
    )
    .default('dev'),
  corsAllowOrigin: textLike(
    /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d+)?)$/,
    'use * or one origin, like https://app.example.com',
  ).default('*'),
  logRetentionDays: wholeNumber(1, Infinity, retentionAllowed)
    .refine((days) => retentionDays.includes(days), retentionAllowed)
    .default(90),
  scalekitDeadlineMs: wholeNumber(500, 4_000, 'use a whole number from 500 to 4000').default(2500),
  decisionCacheSeconds: wholeNumber(0, 3_600, 'use a whole number of seconds from 0 (no cache) to 3600').default(0),
  outageGraceSeconds: wholeNumber(0, 43_200, 'use a whole number of seconds from 0 (none) to 43200').default(0),
  scopes: textLike(
    /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/,
    'use words separated by spaces, like notes:read notes:write',
  ).optional(),
  maxKeysPerUser: upTo1000('no limit').default(0),
  maxKeyLifetimeDays: lifetime.default(0),
  defaultKeyLifetimeDays: lifetime.default(0),
  expiryReminders: flag.default(false),
  acceptSessions: audiences.optional(),
  acceptClients: audiences.optional(),
  plans: usagePlans.optional(),
  planActivationSeconds: wholeNumber(1, 3_600, 'use a whole number of seconds from 1 to 3600').optional(),
  portal: flag.default(false),
  productName: textLike(/^[^\p{Cc}]{1,60}$/u, 'use 1 to 60 characters, like Acme Cloud').optional(),
  throttleRatePerSecond: wholeNumber(1, Infinity, 'use a whole number from 1').default(1000),
  throttleBurst: wholeNumber(1, Infinity, 'use a whole number from 1').default(2000),
  docsUrl: textLike(
    /^https:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[\w.~!&'()*+,;=:@%/-]*)?$/,
    'use a URL of HTTPS without query and fragment, like https://docs.example.com/errors',
  ).optional(),
  alarmEmail: textLike(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'use an e-mail address, like oncall@example.com').optional(),
  operatorAddresses: textLike(
    /^[\da-fA-F:.]+\/\d{1,3}( [\da-fA-F:.]+\/\d{1,3})*$/,
    'use ranges separated by spaces, like 203.0.113.0/24 2001:db8::/32',
  ).optional(),
  canary: flag.default(false),
  monitoring: flag.default(true),
  auditArchive: flag.default(true),
  tracing: flag.default(false),
  customerManagedKey: flag.default(false),
  waf: flag.default(false),
  wafRequestsPerMinute: wholeNumber(10, 2_000_000_000, 'use a whole number from 10').default(12_000),
  webAclArn: textLike(
    /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/\S+$/,
    'use the ARN of a regional web ACL of AWS WAF',
  ).optional(),
  domainName: textLike(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'use a domain name, like api.example.com').optional(),
  certificateArn: textLike(
    /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/\S+$/,
    'use the ARN of a certificate in ACM',
  ).optional(),
  basePath: textLike(/^[\w.-]+(\/[\w.-]+)*$/, 'use a path without slashes at its ends, like v1').optional(),
  disableDefaultEndpoint: flag.default(false),
  cloudWatchRole: flag.default(true),
  authorizerProvisionedConcurrency: upTo1000('none').default(0),
  authorizerReservedConcurrency: upTo1000('none').default(0),
  reservedConcurrencyForRevocation: upTo1000('none').default(0),
});
