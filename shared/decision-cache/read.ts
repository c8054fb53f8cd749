import type { Item } from '../aws/dynamodb.ts';
import type { CachedCaller } from './cached-caller.ts';
import { endedAt, endedIds } from './ended.ts';
import { decisionId, decodeDecision, type KnownKey } from './items.ts';
import type { KnownKeys } from './known-keys.ts';
import { memory } from './memory.ts';
import type { DecisionCacheSettings } from './settings.ts';
import type { Table, TableFailure } from './table.ts';
import { clockErrorMs, readMs, rereadMs } from './time-limits.ts';

/** Why a request has no usable decision. */
export type MissReason = 'absent' | 'old' | 'mark' | 'ended' | 'future' | 'malformed' | 'throttled' | 'failed' | 'off';

/** The cache's answer for a request. */
export type Lookup =
  | { readonly isHit: true; readonly caller: CachedCaller; readonly ageMs: number }
  | {
      readonly isHit: false;
      readonly reason: MissReason;
      /** A decision that is too old, but may be used while Scalekit is unreachable or limits us. Never used after a refusal. */
      readonly inOutage?: { readonly caller: CachedCaller; readonly ageMs: number };
    };

/** The table's items of a key: its decision and the marks of its user and organization, as they were at `beganAt` or later. */
interface State {
  readonly beganAt: number;
  readonly items: readonly Item[];
}

/** Hot keys are few. */
const maxStates = 100;

/** Makes the function that looks up decisions. */
export function reader(
  table: Table,
  known: KnownKeys,
  settings: DecisionCacheSettings,
  now: () => number,
): (plainKey: string) => Promise<Lookup> {
  const states = memory<State>(maxStates);

  /** Items that were read a moment ago serve hits only: after a refusal they must not be used in an outage. */
  function recentHit(key: KnownKey): Lookup | undefined {
    const state = states.get(key.keyId);
    const ageMs = now() - (state?.beganAt ?? 0);
    if (!state || ageMs < 0 || ageMs > rereadMs) return undefined;
    const lookup = judge(key, state.items, settings, now());
    return lookup.isHit ? lookup : undefined;
  }

  return async (plainKey) => {
    if (settings.cacheSeconds === 0) return miss('off');
    const until = now() + readMs;
    const found = await known.find(plainKey, false, until);
    if (!found.ok) return miss(reasonOf(found.failure));
    const key = found.value;
    if (!key) return miss('absent');
    const recent = recentHit(key);
    if (recent) return recent;
    const beganAt = now();
    const items = await table.getAll([decisionId(key.keyId), ...endedIds(key)], true, Math.max(1, until - beganAt));
    if (!items.ok) return miss(reasonOf(items.failure));
    states.set(key.keyId, { beganAt, items: items.value });
    return judge(key, items.value, settings, now());
  };
}

/** Decides whether the table's decision may be used now. */
function judge(
  key: KnownKey,
  items: readonly Item[],
  { cacheSeconds, graceSeconds }: DecisionCacheSettings,
  at: number,
): Lookup {
  const own = items.find((item) => isOf(item, decisionId(key.keyId)));
  if (!own) return miss('absent');
  const decision = decodeDecision(own);
  const ended = endedAt(items.filter((item) => item !== own));
  if (!decision || ended === undefined) return miss('malformed');
  if (decision.kind === 'mark') return miss('mark');
  const { caller, beganAt } = decision;
  if (!isOfKey(caller, key)) return miss('malformed');
  if (beganAt <= ended) return miss('ended');
  const ageMs = at - beganAt;
  if (ageMs < -clockErrorMs) return miss('future');
  if (ageMs < cacheSeconds * 1000) return { isHit: true, caller, ageMs };
  return ageMs < graceSeconds * 1000 ? { ...miss('old'), inOutage: { caller, ageMs } } : miss('old');
}

function isOfKey(caller: CachedCaller, { keyId, organizationId, userId }: KnownKey): boolean {
  return caller.keyId === keyId && caller.organizationId === organizationId && caller.userId === userId;
}

function isOf({ id }: Item, wanted: string): boolean {
  return id !== undefined && 'S' in id && id.S === wanted;
}

function miss(reason: MissReason): { readonly isHit: false; readonly reason: MissReason } {
  return { isHit: false, reason };
}

function reasonOf(failure: TableFailure | { readonly kind: 'malformed' }): MissReason {
  return failure.kind === 'condition_failed' ? 'failed' : failure.kind;
}
