import type { RetentionDays } from 'aws-cdk-lib/aws-logs'; // the type only: commands read settings without the CDK
import { z } from 'zod';

/** The retention times that CloudWatch Logs allows. */
export const retentionDays: readonly RetentionDays[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, 9999,
];

/** A number in cdk.json, or digits on the command line. */
export const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)], 'use a whole number');

/** A whole number up to 1000; `zero` explains the value 0. */
export function upTo1000(zero: string) {
  const isAllowed = (value: number) => Number.isInteger(value) && value >= 0 && value <= 1000;
  return wholeNumber.refine(isAllowed, `use a whole number from 0 (${zero}) to 1000`);
}

/** A boolean in cdk.json, or a word on the command line. */
export const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
  'use true or false',
);

/** A string that matches a pattern. A CDK token also passes: its value is known only at deployment. */
export function textLike(pattern: RegExp, allowed: string) {
  return z.string().refine((text) => /\$\{Token\[[^\]]+\]\}/.test(text) || pattern.test(text), allowed);
}
