import { z } from 'zod';

// What values of settings look like: in a file or in code as they are, on the command line as strings.

export const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)], 'use a whole number');

export const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
  'use true or false',
);

/** A string of a form; a token of CDK's stands for one that is known when the stack is deployed. */
export function textLike(pattern: RegExp, allowed: string) {
  return z.string().refine((text) => /\$\{Token\[[^\]]+\]\}/.test(text) || pattern.test(text), allowed);
}
