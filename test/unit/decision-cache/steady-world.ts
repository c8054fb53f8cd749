import type { Item } from '../../../shared/aws/dynamodb.ts';
import { type DecisionCache, decisionCache } from '../../../shared/decision-cache/decision-cache.ts';
import { decisionMarks, type Marks } from '../../../shared/decision-cache/marks.ts';
import type { DecisionCacheSettings } from '../../../shared/decision-cache/settings.ts';
import type { Table, TableFailure } from '../../../shared/decision-cache/table.ts';
import { fail, ok, type Result } from '../../../shared/result.ts';

export const plainKey = 'plain';
export const caller = {
  keyId: 'apit_1',
  organizationId: 'org_1',
  userId: 'usr_1',
  customClaims: { env: 'prod' },
  roles: ['a'],
};
/** The id of the key's decision. */
export const id = 'decision#apit_1';

export const throttled: TableFailure = { kind: 'throttled', cause: new Error('throttled') };
export const down: TableFailure = { kind: 'failed', cause: new Error('down') };

/** The room's code on an in-memory table and a clock, one step after the other. */
export class SteadyWorld {
  now = 1_900_000_000_000;
  readonly items = new Map<string, Item>();
  /** The calls of the table. */
  calls: string[] = [];
  /** The failures of the next calls. */
  failures: TableFailure[] = [];
  /** The duration of a call. */
  tookMs = 0;

  readonly table: Table = {
    get: async (name) => this.#answer(`get ${name}`, () => ok(this.items.get(name))),
    getAll: async (names) =>
      this.#answer(`read ${names.join(' ')}`, () =>
        ok(names.map((name) => this.items.get(name)).filter((item) => item !== undefined)),
      ),
    put: async (item, replaces) =>
      this.#answer(`put ${item.id.S}`, () => {
        const old = this.items.get(item.id.S);
        const isFree =
          replaces === 'anything' ||
          !old ||
          notBeforeOf(old) < notBeforeOf(item) ||
          (replaces === 'older_or_decision' && 'caller' in old);
        if (!isFree) return fail({ kind: 'condition_failed' });
        this.items.set(item.id.S, item);
        return ok(undefined);
      }),
  };

  /** The cache of another environment. */
  newCache(settings: Partial<DecisionCacheSettings> = {}, table = this.table): DecisionCache {
    const all = { cacheSeconds: 300, graceSeconds: 0, ...settings };
    return decisionCache({ table, now: () => this.now, settings: all });
  }

  /** The marks of another function. */
  newMarks(): Marks {
    const wait = async (ms: number) => {
      this.now += ms;
    };
    return decisionMarks({ table: this.table, now: () => this.now, wait });
  }

  #answer<T>(call: string, apply: () => Result<T, TableFailure>): Result<T, TableFailure> {
    this.calls.push(call);
    this.now += this.tookMs;
    const failure = this.failures.shift();
    return failure ? fail(failure) : apply();
  }
}

export const isHit = { isHit: true, caller };
export const isMiss = (reason: string) => ({ isHit: false, reason });

function notBeforeOf({ notBefore }: Item): number {
  return notBefore && 'N' in notBefore ? Number(notBefore.N) : Number.NaN;
}
