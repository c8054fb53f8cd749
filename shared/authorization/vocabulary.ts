import { readEnvironment } from '../environment.ts';
import { type Failure, invalid } from '../failure.ts';
import { keyScopes, scopeWords } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';

/** Checks the words of a scope. */
export type Vocabulary = (
  scope: readonly string[] | undefined,
  /** Words that the key has already: they may stay. */
  had?: readonly string[],
) => Result<void, Failure>;

/** Any word is allowed. */
export const anyScope: Vocabulary = () => ok(undefined);

/** Allows the words of the product, and our own. An unknown word is a mistake, which no route would ever ask for. */
export function vocabularyOf(words: readonly string[]): Vocabulary {
  const known = [...keyScopes, ...words];
  return (scope = [], had = []) => {
    const unknown = scope.find((word) => !known.includes(word) && !had.includes(word));
    return unknown === undefined
      ? ok(undefined)
      : fail(invalid('scope', `"${unknown}" is not known: use ${known.join(', ')}`));
  };
}

/** The vocabulary in the setting `scopes`. */
export function vocabularyFromEnvironment(): Vocabulary {
  const scopes = readEnvironment('SCOPES');
  return scopes === undefined ? anyScope : vocabularyOf(scopeWords(scopes));
}
