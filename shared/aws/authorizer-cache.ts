import { setTimeout as delay } from 'node:timers/promises';
import { millisecondsFromEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { measure } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { sendAws } from './aws-request.ts';

/** How long a throttled flush is tried again: the control plane takes 10 calls a second of an account. */
const maxFlushMs = 8_000;

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
}

/** The cache that `AUTHORIZER_CACHE` names (`REST_API_ID/STAGE`); `undefined` where decisions are not cached. */
export function authorizerCacheFromEnvironment(): AuthorizerCache | undefined {
  const name = process.env['AUTHORIZER_CACHE'];
  if (name === undefined) return undefined;
  const [restApiId, stageName] = name.split('/');
  if (!restApiId || !stageName) throw new Error(`AUTHORIZER_CACHE is "${name}", not REST_API_ID/STAGE`);
  const path = `/restapis/${restApiId}/stages/${stageName}/cache/authorizers`;
  return authorizerCache(path, millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS') + marginMs);
}

/** Ends what is cached of decisions, where any are. */
export async function flushIfCached(cache: AuthorizerCache | undefined, until: number): Promise<Result<void, Failure>> {
  return cache ? cache.flush(until) : ok(undefined);
}

function authorizerCache(path: string, waitMs: number): AuthorizerCache {
  let pending: Promise<Result<void, Failure>> | undefined;
  return {
    waitMs,
    async flush(until) {
      if (Date.now() + waitMs >= until) return notFlushed(new Error('no time is left to flush'));
      await delay(waitMs);
      // All who have waited by the time that a flush is sent share it.
      pending ??= delay(0).then(() => {
        pending = undefined;
        return send(path, Math.min(until, Date.now() + maxFlushMs));
      });
      return pending;
    },
  };
}

async function send(path: string, deadline: number): Promise<Result<void, Failure>> {
  for (;;) {
    const pauseMs = 200 + Math.random() * 400;
    try {
      const request = { method: 'DELETE', path, headers: {}, body: '', timeoutMs: Math.max(1, deadline - Date.now()) };
      const { status } = await sendAws('apigateway', request);
      if (status === 202) {
        measure('CacheFlushes');
        return ok(undefined);
      }
      if (status !== 429 || Date.now() + pauseMs > deadline) return notFlushed(new FlushRefused(status));
    } catch (cause) {
      return notFlushed(cause);
    }
    await delay(pauseMs);
  }
}

class FlushRefused extends Error {
  override readonly name = 'FlushRefused';
  readonly code: number;
  constructor(status: number) {
    super(`API Gateway answered ${status} to the flush`);
    this.code = status;
  }
}

function notFlushed(cause: unknown): { ok: false; failure: Failure } {
  measure('CacheFlushFailures');
  return fail({ kind: 'cache_not_flushed', cause });
}
