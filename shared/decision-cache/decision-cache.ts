import { requireEnvironment } from '../environment.ts';
import type { Metrics } from '../metrics.ts';
import type { CachedCaller } from './cached-caller.ts';
import { guardedTable } from './guarded-table.ts';
import { knownKeys } from './known-keys.ts';
import { type Lookup, reader } from './read.ts';
import { type Refused, refusals } from './refusals.ts';
import { keeper, type Remembered } from './remember.ts';
import { type DecisionCacheSettings, requireSettings } from './settings.ts';
import { type Table, tableOf } from './table.ts';
import { useNotes } from './uses.ts';

/**
 * The entry of this room for the authorizer; changes of keys enter by `marks.ts`. The room's promises:
 * - Once the revocation or change of a key was answered, no later request is allowed by a decision from before it.
 * - Once Scalekit has revoked a key, no decision on it is used, even if the function that revoked it died.
 * - A change outside this API takes effect within `cacheSeconds`.
 * - No failure here fails a request: it is a miss, and Scalekit is asked.
 */
export interface DecisionCache {
  /** Connects to the table before the first request. */
  open(): void;
  /** Looks up a decision, within 300 ms. Not for routes that manage keys: they always ask Scalekit. */
  read(plainKey: string): Promise<Lookup>;
  /**
   * Caches Scalekit's answer on a key, within 300 ms; `beganAt` is when Scalekit was asked (ms). Also called when the cache is
   * off, because it records the use of the key.
   */
  remember(plainKey: string, caller: CachedCaller, beganAt: number): Promise<Remembered>;
  /** Ends the decisions of a key that Scalekit refused, within 300 ms. Not for a key that was denied for another reason. */
  refused(plainKey: string): Promise<Refused>;
}

interface DecisionCacheInput {
  readonly table: Table;
  readonly settings: DecisionCacheSettings;
  readonly now: () => number;
}

/** Counts the hits, the misses per reason, and the writes that failed. */
function metered(cache: DecisionCache, metrics: Metrics): DecisionCache {
  return {
    ...cache,
    async read(plainKey) {
      const found = await cache.read(plainKey);
      if (found.isHit) metrics.measure('CacheHits');
      else if (found.reason !== 'off') metrics.measure('CacheMisses', 1, found.reason);
      if (found.isHit) return found;
      if (found.reason === 'failed' || found.reason === 'throttled') metrics.measure('CacheReadFailures');
      if (found.reason === 'future') metrics.measure('FutureDecisions');
      return found;
    },
    async remember(...input) {
      const remembered = await cache.remember(...input);
      if (remembered === 'failed' || remembered === 'throttled') metrics.measure('CacheWriteFailures');
      return remembered;
    },
    async refused(plainKey) {
      const refused = await cache.refused(plainKey);
      if (refused === 'failed') metrics.measure('CacheWriteFailures');
      return refused;
    },
  };
}

/** The cache that `DECISION_TABLE`, `DECISION_CACHE_SECONDS` and `OUTAGE_GRACE_SECONDS` describe. */
export function decisionCacheFromEnvironment(metrics: Metrics): DecisionCache {
  const settings = {
    cacheSeconds: Number(requireEnvironment('DECISION_CACHE_SECONDS')),
    graceSeconds: Number(requireEnvironment('OUTAGE_GRACE_SECONDS')),
  };
  const table = tableOf(requireEnvironment('DECISION_TABLE'));
  return metered(decisionCache({ table, settings, now: Date.now }), metrics);
}

/** Makes a cache on a table; `now` is the clock, in ms. */
export function decisionCache({ table, settings, now }: DecisionCacheInput): DecisionCache {
  requireSettings(settings);
  const guarded = guardedTable(table, now);
  const known = knownKeys(guarded, now);
  const uses = useNotes(guarded, now);
  return {
    open: () => uses.open(),
    read: reader(guarded, known, settings, now),
    remember: keeper(guarded, known, uses, settings, now),
    refused: refusals(guarded, known, settings, now),
  };
}
