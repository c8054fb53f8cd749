/** Claims that only the service or an operator sets, never a key. */
const reservedClaims = ['issued_by', 'rotated_from', 'plan', 'suspended'] as const;

/** Scalekit's limit of claims per key, including ours. */
export const maxClaims = 20;

/** The most claims that a key may have in addition to the reserved ones, for which there is always room. */
export const maxOwnClaims = maxClaims - reservedClaims.length;

export type Claims = Readonly<Record<string, string>>;

interface WithClaims {
  readonly customClaims: Claims;
}

/** The words of a key's scope. */
export function scopeOf(key: WithClaims): string[] {
  return scopeWords(key.customClaims['scope'] ?? '');
}

/** Splits an OAuth 2.0 scope into its distinct words. */
export function scopeWords(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}

/** Adds a scope of these words to claims; without words it adds no scope claim. */
export function withScope(claims: Claims, scope: readonly string[]): Record<string, string> {
  return scope.length > 0 ? { ...claims, scope: scope.join(' ') } : { ...claims };
}

/** Reports whether two maps of claims have the same names and values. */
export function hasSameClaims(one: Claims, other: Claims): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
}

/** The boundary claims: all except the scope and the reserved ones. */
export function boundaryOf(key: WithClaims): [string, string][] {
  return Object.entries(key.customClaims).filter(([name]) => name !== 'scope' && !isReserved(name));
}

export function isReserved(name: string): boolean {
  return (reservedClaims as readonly string[]).includes(name);
}

/** Operators may set `plan`. Only the service sets the other reserved claims. */
export function isReservedForOperators(name: string): boolean {
  return isReserved(name) && name !== 'plan';
}
