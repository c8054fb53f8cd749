import * as z from 'zod';
import { isReserved, maxOwnClaims, scopeWords } from '../key-claims.ts';
import { CustomClaims, Scope } from './schemas.ts';

/** The request fields for the claims of a key. `scope` and `customClaims.scope` mean the same. */
export const claimFields = {
  scope: Scope.optional(),
  customClaims: CustomClaims.meta({ maxProperties: maxOwnClaims }).optional(),
};

interface ClaimFields {
  readonly scope?: string[] | undefined;
  readonly customClaims?: Record<string, string> | undefined;
}

/** The scope and the other claims in a request; each is absent if the request has none. */
export interface NamedClaims {
  readonly scope?: string[];
  readonly customClaims?: Record<string, string>;
}

/** Takes the scope out of the claims. Reports to `context` if the two scopes differ, or if there are too many claims. */
export function separateScope({ scope, customClaims }: ClaimFields, context: z.core.$RefinementCtx): NamedClaims {
  const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (customClaims === undefined) return scope === undefined ? {} : { scope };
  const { scope: scopeClaim, ...others } = customClaims;
  const count = Object.keys(customClaims).filter((name) => !isReserved(name)).length;
  if (count > maxOwnClaims) issue(['customClaims'], `has ${count} claims: the limit is ${maxOwnClaims}`);
  if (scopeClaim === undefined) return { customClaims: others, ...(scope === undefined ? {} : { scope }) };
  const parsed = Scope.safeParse(scopeClaim);
  if (!parsed.success) issue(['customClaims', 'scope'], z.flattenError(parsed.error).formErrors.join(', '));
  const words = scopeWords(scopeClaim);
  if (scope && !sameWords(scope, words)) {
    issue(['scope'], 'differs from customClaims.scope, which has the same meaning: send one of them');
  }
  return { customClaims: others, scope: words };
}

function sameWords(one: string[], other: string[]): boolean {
  return new Set([...one, ...other]).size === one.length && one.length === other.length;
}
