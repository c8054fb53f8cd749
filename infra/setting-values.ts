import type { RetentionDays } from 'aws-cdk-lib/aws-logs'; // the type only: commands read settings without the CDK
import { z } from 'zod';

/** The retention times that CloudWatch Logs allows. */
export const retentionDays: readonly RetentionDays[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, 9999,
];

/** A whole number in a file, or digits on the command line; `allowed` is the message of any other value. */
export function wholeNumber(from: number, to: number, allowed: string) {
  const isAllowed = (value: number) => Number.isInteger(value) && value >= from && value <= to;
  return z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)], allowed).refine(isAllowed, allowed);
}

/** A whole number up to 1000; `zero` explains the value 0. */
export function upTo1000(zero: string) {
  return wholeNumber(0, 1000, `use a whole number from 0 (${zero}) to 1000`);
}

/** A boolean in cdk.json, or a word on the command line. */
export const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
  'use true or false',
);

const whole = z.int().min(1);

/** They are in the environments of functions, which hold 4 KB. */
const maxPlans = 20;

const UsagePlans = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,29}$/),
    z
      .strictObject({
        rate: z.number().positive(),
        burst: whole,
        quota: whole.optional(),
        period: z.enum(['DAY', 'WEEK', 'MONTH']).optional(),
      })
      .refine(({ quota, period }) => (quota === undefined) === (period === undefined)),
  )
  .refine((plans) => Object.keys(plans).length <= maxPlans);

/** Usage plans by their names. On the command line, the same as JSON. */
export const usagePlans = z.preprocess(
  parsedJson,
  z.custom<z.output<typeof UsagePlans>>(
    (value) => UsagePlans.safeParse(value).success,
    'use plans like {"free": {"rate": 5, "burst": 10, "quota": 10000, "period": "MONTH"}}, with quota and period or neither',
  ),
);

function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A string that matches a pattern. A CDK token also passes: its value is known only at deployment. */
export function textLike(pattern: RegExp, allowed: string) {
  return z.string().refine((text) => /\$\{Token\[[^\]]+\]\}/.test(text) || pattern.test(text), allowed);
}
