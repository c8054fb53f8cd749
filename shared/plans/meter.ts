import { createHash } from 'node:crypto';
import { sharedMeterSuffix, type UsagePlan } from '../usage-plans.ts';

/**
 * The meter of an organization on a plan: the value of an API key of API Gateway, which counts the requests of all keys of the
 * organization together. It is computed, so that the authorizer looks nothing up. It is no secret: no header is read.
 */
export function meterOf(apiId: string, organizationId: string, plan: string): string {
  return base62(createHash('sha256').update(`${apiId} ${organizationId} ${plan}`).digest('hex'));
}

/** The one meter of all organizations without a plan. */
export function sharedMeterOf(apiId: string): string {
  return apiId + sharedMeterSuffix;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** API Gateway takes 20 to 128 letters and digits. */
function base62(hex: string): string {
  let rest = BigInt(`0x${hex}`);
  let text = '';
  for (let length = 0; length < 43; length++) {
    text = digits[Number(rest % 62n)] + text;
    rest /= 62n;
  }
  return text;
}

const periodSeconds = { DAY: 86_400, WEEK: 604_800, MONTH: 2_592_000 };

/** The value of the header `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): quota in requests, window in seconds. */
export function ratePolicyOf({ rate, quota, period }: UsagePlan): string {
  const policies = [rate >= 1 ? `"rate";q=${Math.floor(rate)};w=1` : `"rate";q=1;w=${Math.ceil(1 / rate)}`];
  if (quota !== undefined && period !== undefined) policies.push(`"quota";q=${quota};w=${periodSeconds[period]}`);
  return policies.join(', ');
}
