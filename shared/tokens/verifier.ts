import { millisecondsFromEnvironment, readEnvironment } from '../environment.ts';
import type { Outage } from '../failure.ts';
import { scopeWords } from '../key-claims.ts';
import type { Result } from '../result.ts';
import type { Secrets } from '../scalekit/credentials.ts';
import { signingKeys } from '../scalekit/signing-keys.ts';
import { type Refused, type TokenCaller, verifyToken } from './verify-token.ts';

/** Verifies tokens of the environment in the secrets. */
export type TokenVerifier = (token: string) => Promise<Result<TokenCaller, Refused | Outage>>;

/** The verifier for the audiences that the function's environment names: `SESSION_AUDIENCES`, `CLIENT_AUDIENCES`. */
export function tokenVerifierFromEnvironment(secrets: Secrets): TokenVerifier {
  const keys = signingKeys(secrets, millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS'));
  const audiences = {
    sessions: scopeWords(readEnvironment('SESSION_AUDIENCES') ?? ''),
    clients: scopeWords(readEnvironment('CLIENT_AUDIENCES') ?? ''),
  };
  return (token) => verifyToken(token, audiences, keys);
}
