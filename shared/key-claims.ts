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

/** The words that routes of this API require. */
export const keyScopes = ['keys:read', 'keys:write', 'keys:users'] as const;

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

/** The claim of a suspended key. Only this value suspends: a resumed key keeps the claim, because Scalekit ignores an empty map. */
const suspendedClaim = { name: 'suspended', value: 'true' } as const;

export function isSuspended(key: WithClaims): boolean {
  return key.customClaims[suspendedClaim.name] === suspendedClaim.value;
}

/** Suspends or resumes in a complete map of claims. */
export function withSuspension(claims: Claims, suspended: boolean): Record<string, string> {
  return { ...claims, [suspendedClaim.name]: String(suspended) };
}

/** Sets the plan in a complete map of claims; without a plan it removes the claim. */
export function withPlan(claims: Claims, plan: string | undefined): Record<string, string> {
  const { plan: _former, ...others } = claims;
  return plan === undefined ? others : { ...others, plan };
}

/** `issued_by` of a key that no key made. So every key has a claim: Scalekit does not accept an empty map of claims. */
export const operatorIssuer = 'operator';

/**
 * `withPlan` for the claims of a key, as Scalekit stores them. Scalekit ignores an empty map, so a key without another claim keeps
 * its record that an operator made it.
 */
export function withStoredPlan(claims: Claims, plan: string | undefined): Record<string, string> {
  const changed = withPlan(claims, plan);
  return Object.keys(changed).length > 0 ? changed : { issued_by: operatorIssuer };
}
