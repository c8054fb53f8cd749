/** Claims that are set by us or by an operator, and never by a key. */
const reservedClaims = ['issued_by', 'rotated_from', 'plan', 'suspended'] as const;

/** Scalekit's limit on the claims of one key, ours included. */
export const maxClaims = 20;

/** The most claims that a key may have beside the reserved ones: there is always room for all of these. */
export const maxOwnClaims = maxClaims - reservedClaims.length;

export type Claims = Readonly<Record<string, string>>;

interface WithClaims {
  readonly customClaims: Claims;
}

/** The words of a key's scope. */
export function scopeOf(key: WithClaims): string[] {
  return scopeWords(key.customClaims['scope'] ?? '');
}

/** Splits a scope into its distinct words, as OAuth 2.0 writes it. */
export function scopeWords(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}

/** The claims with a scope of these words; without any, there is no scope claim. */
export function withScope(claims: Claims, scope: readonly string[]): Record<string, string> {
  return scope.length > 0 ? { ...claims, scope: scope.join(' ') } : { ...claims };
}

/** Tells whether two maps of claims have the same names and values. */
export function hasSameClaims(one: Claims, other: Claims): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
}

/** Every claim but the scope and the reserved ones. */
export function boundaryOf(key: WithClaims): [string, string][] {
  return Object.entries(key.customClaims).filter(([name]) => name !== 'scope' && !isReserved(name));
}

export function isReserved(name: string): boolean {
  return (reservedClaims as readonly string[]).includes(name);
}

/** `plan` is the operators' word; the other reserved claims are the service's own. */
export function isReservedForOperators(name: string): boolean {
  return isReserved(name) && name !== 'plan';
}
