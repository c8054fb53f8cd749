import { setTimeout as delay } from 'node:timers/promises';
import { millisecondsFromEnvironment, readEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import type { Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { sendAws } from './aws-request.ts';
import { UnexpectedStatus } from './http-request.ts';

/** How long a throttled flush is tried again: the control plane takes 10 calls a second of an account. */
const maxFlushMs = 8_000;

/** How long a flush is given beyond the wait for decisions under way. */
const beyondWaitMs = 3_000;

/** Beyond its own deadline a decision may take this long to reach API Gateway's cache. */
const marginMs = 500;

/** API Gateway's cache of the authorizer's decisions on one stage. */
export interface AuthorizerCache {
  /**
   * Ends every cached decision that was begun before this call: waits until those under way can have been stored, and
   * then empties the cache. `cache_not_flushed`, also where it is not done by `until` (ms since the epoch), is safe to
   * repeat. Calls that come together share a flush.
   */
  flush(until: number): Promise<Result<void, Failure>>;
  /** How long a flush waits for decisions under way. */
  readonly waitMs: number;
  /** How long an operation should leave for a flush, its wait included. */
  readonly reserveMs: number;
}

/** The cache where no decisions are cached: a flush has nothing to do. */
const noCache: AuthorizerCache = { waitMs: 0, reserveMs: 0, flush: async () => ok(undefined) };

/** The cache that `AUTHORIZER_CACHE` names (`REST_API_ID/STAGE`). Without the variable no decisions are cached. */
export function authorizerCacheFromEnvironment(metrics: Metrics): AuthorizerCache {
  const name = readEnvironment('AUTHORIZER_CACHE');
  if (name === undefined) return noCache;
  const [restApiId, stageName] = name.split('/');
  if (!restApiId || !stageName) throw new Error(`AUTHORIZER_CACHE is "${name}", not REST_API_ID/STAGE`);
  const path = `/restapis/${restApiId}/stages/${stageName}/cache/authorizers`;
  return authorizerCache(path, millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS') + marginMs, metrics);
}

function authorizerCache(path: string, waitMs: number, metrics: Metrics): AuthorizerCache {
  let pending: Promise<Result<void, Failure>> | undefined;
  return {
    waitMs,
    reserveMs: waitMs + beyondWaitMs,
    async flush(until) {
      if (Date.now() + waitMs >= until) return notFlushed(metrics, new Error('no time is left to flush'));
      await delay(waitMs);
      // All who have waited by the time that a flush is sent share it.
      pending ??= delay(0).then(() => {
        pending = undefined;
        return send(metrics, path, Math.min(until, Date.now() + maxFlushMs));
      });
      return pending;
    },
  };
}

async function send(metrics: Metrics, path: string, deadline: number): Promise<Result<void, Failure>> {
  for (;;) {
    const pauseMs = 200 + Math.random() * 400;
    try {
      const request = { method: 'DELETE', path, headers: {}, body: '', timeoutMs: Math.max(1, deadline - Date.now()) };
      const { status } = await sendAws('apigateway', request);
      if (status === 202) {
        metrics.measure('CacheFlushes');
        return ok(undefined);
      }
      if (status !== 429 || Date.now() + pauseMs > deadline)
        return notFlushed(metrics, new UnexpectedStatus('API Gateway', status));
    } catch (cause) {
      return notFlushed(metrics, cause);
    }
    await delay(pauseMs);
  }
}

function notFlushed(metrics: Metrics, cause: unknown): { ok: false; failure: Failure } {
  metrics.measure('CacheFlushFailures');
  return fail({ kind: 'cache_not_flushed', cause });
}
