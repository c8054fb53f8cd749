import { z } from 'zod';
import type { PolicyDocument, PolicyStatement } from './model.ts';

const Strings = z.union([z.string(), z.array(z.string())]);

const Statement = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Action: Strings.optional(),
  Resource: Strings.optional(),
});

/** Parses a policy document; IAM takes one statement in the place of a list of one. */
export const PolicySchema: z.ZodType<PolicyDocument> = z.looseObject({
  Version: z.string().optional(),
  Statement: z.union([Statement.transform((statement) => [statement]), z.array(Statement)]),
});

const evaluated = ['Sid', 'Effect', 'Principal', 'Action', 'Resource'];

/** The members of a statement that API Gateway evaluates and we do not, for example `NotAction` and `Condition`. */
export function unevaluatedMembers(statement: PolicyStatement): string[] {
  return Object.keys(statement).filter((member) => !evaluated.includes(member));
}
