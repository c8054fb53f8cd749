import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import { decisionCacheFromEnvironment } from '../../shared/decision-cache/decision-cache.ts';
import { readEnvironment, requireEnvironment } from '../../shared/environment.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { breaker } from '../../shared/scalekit/breaker.ts';
import type { StartedDirectory } from '../../shared/scalekit/scalekit.ts';
import { secretsFromEnvironment } from '../../shared/scalekit/secrets.ts';
import type { TokenVerifier } from '../../shared/tokens/verifier.ts';
import type { DecisionServices } from './decision.ts';

/**
 * How long a validation may take, counted from when the access token and the connection are available: a cold start has the whole
 * deadline for both. Short, because a waiting request occupies an execution environment.
 */
const answerMs = 800;

/** How long a provisioned environment waits for its start. A longer start ends with the first request. */
const startMs = 3_000;

/**
 * The services that the function's environment names. Scalekit's client is loaded and connected at once, unless decisions are
 * cached: then an environment may never need it. A provisioned environment always loads it, because it has time.
 */
export function servicesFromEnvironment(): DecisionServices & { readonly started: Promise<void> } {
  const metrics = createMetrics();
  const secrets = secretsFromEnvironment();
  let directory: Promise<StartedDirectory> | undefined;
  const scalekit = () => {
    directory ??= import('#scalekit').then(({ keyDirectoryFromEnvironment }) =>
      keyDirectoryFromEnvironment(metrics, secrets, answerMs),
    );
    return directory;
  };
  let verifier: Promise<TokenVerifier> | undefined;
  const tokens = () => {
    verifier ??= import('#tokens').then(({ tokenVerifierFromEnvironment }) => tokenVerifierFromEnvironment(secrets));
    return verifier;
  };
  const acceptsTokens = readEnvironment('SESSION_AUDIENCES') ?? readEnvironment('CLIENT_AUDIENCES');
  const isCaching = requireEnvironment('DECISION_CACHE_SECONDS') !== '0';
  const isProvisioned = process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'provisioned-concurrency';
  const cache = decisionCacheFromEnvironment(metrics);
  if (!isCaching || isProvisioned) {
    secrets.current().catch(() => {}); // connects to SSM while the client is loaded; the first call tries again
    cache.open();
    void scalekit();
  }
  const started = isProvisioned
    ? atMost(
        startMs,
        scalekit().then((client) => client.started),
      )
    : Promise.resolve();
  return {
    scalekit,
    tokens: acceptsTokens === undefined ? undefined : tokens,
    cache,
    refused: refusedKeys(),
    graceBreaker: breaker(),
    metrics,
    started,
  };
}

/** Waits for work, but at most `ms`. Never rejects: the first request tries again. */
function atMost(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work
      .catch(() => {})
      .finally(() => {
        clearTimeout(timer);
        resolve();
      });
  });
}
