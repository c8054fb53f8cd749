import { Code, ConnectError } from '@connectrpc/connect';

const maxClaims = 20;

/** Checks Scalekit's documented limits on a token's description and claims; throws INVALID_ARGUMENT beyond one. */
export function checkToken(token: { description?: string | undefined; customClaims: Record<string, string> }): void {
  atMost('description', token.description ?? '', 0, 255);
  const claims = Object.entries(token.customClaims);
  if (claims.length > maxClaims)
    throw invalidArgument(`custom_claims: at most ${maxClaims} pairs, got ${claims.length}`);
  for (const [name, value] of claims) {
    atMost('custom_claims: name', name, 1, 30);
    atMost(`custom_claims: value of "${name}"`, value, 1, 256);
  }
}

/** The gRPC status that Scalekit answers to invalid input. */
export function invalidArgument(message: string): ConnectError {
  return new ConnectError(message, Code.InvalidArgument);
}

/** The gRPC status that Scalekit answers for a missing object. */
export function notFound(what: string): ConnectError {
  return new ConnectError(`${what} not found`, Code.NotFound);
}

function atMost(field: string, value: string, minimum: number, maximum: number): void {
  const length = Array.from(value).length;
  if (length < minimum || length > maximum) {
    throw invalidArgument(`${field}: must have ${minimum} to ${maximum} characters, got ${length}`);
  }
}
