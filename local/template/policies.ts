import { z } from 'zod';
import { isAboutAddresses } from './address-condition.ts';
import type { PolicyDocument, PolicyStatement } from './model.ts';

const Strings = z.union([z.string(), z.array(z.string())]);

const Statement = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Action: Strings.optional(),
  Resource: Strings.optional(),
});

/** Parses a policy document. As in IAM, a single statement needs no list. */
export const PolicySchema: z.ZodType<PolicyDocument> = z.looseObject({
  Version: z.string().optional(),
  Statement: z.union([Statement.transform((statement) => [statement]), z.array(Statement)]),
});

const evaluated = ['Sid', 'Effect', 'Principal', 'Action', 'Resource'];

/**
 * The members of a statement that API Gateway evaluates and the runtime does not, for example `NotAction` and a `Condition`
 * that is not about addresses.
 */
export function unevaluatedMembers(statement: PolicyStatement): string[] {
  const members = isAboutAddresses(statement) ? [...evaluated, 'Condition'] : evaluated;
  return Object.keys(statement).filter((member) => !members.includes(member));
}
