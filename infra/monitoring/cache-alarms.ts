import type { Config } from '../config.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { KeyMetrics } from './metrics.ts';

export type CacheSettings = Pick<Config, 'decisionCacheSeconds' | 'outageGraceSeconds'>;

/** Alarms for a decision cache that fails, or that alone keeps the service up. Without the cache there are none. */
export function cacheAlarms(
  keys: KeyMetrics,
  { decisionCacheSeconds, outageGraceSeconds }: CacheSettings,
): AlarmSpec[] {
  const reads: AlarmSpec = {
    id: 'CacheReadFailures',
    metric: keys.sum('CacheReadFailures'),
    above: 10,
    in: [3, 5],
    description:
      'The table of the decision cache cannot be read, so every request calls Scalekit. Customers notice only the latency. First: check ThrottledRequests and SystemErrors of the table, then the read failures in the log of the authorizer.',
  };
  const writes: AlarmSpec = {
    id: 'CacheWriteFailures',
    metric: keys.sum('CacheWriteFailures'),
    above: 10,
    in: [3, 5],
    description:
      'The table of the decision cache takes no decisions, so most requests call Scalekit, and an outage of Scalekit finds few decisions to use. First: check ThrottledRequests and SystemErrors of the table, then the permissions of the authorizer.',
  };
  const grace: AlarmSpec = {
    id: 'GraceUses',
    metric: keys.sum('GraceUses'),
    above: 0,
    in: [2, 3],
    description:
      'Scalekit is down, and older decisions allow requests (outageGraceSeconds). Keys without such a decision get 503, and keys that were revoked in the dashboard of Scalekit still work. First: check the status of Scalekit. A revocation through our API takes effect on such keys at once.',
  };
  if (decisionCacheSeconds === 0) return [];
  return outageGraceSeconds === 0 ? [reads, writes] : [reads, writes, grace];
}
