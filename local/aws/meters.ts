import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Stack } from '../template/stack.ts';
import { TokenBuckets } from '../token-buckets.ts';

/** Why a request is not within its usage plan. */
export type MeterRefusal = 'INVALID_API_KEY' | 'THROTTLED' | 'QUOTA_EXCEEDED';

const PlanProperties = z.object({
  ApiStages: z.array(z.object({ ApiId: z.string(), Stage: z.string() })).default([]),
  Throttle: z.object({ RateLimit: z.number(), BurstLimit: z.number() }).optional(),
  Quota: z.object({ Limit: z.number(), Period: z.enum(['DAY', 'WEEK', 'MONTH']) }).optional(),
});
const KeyProperties = z.object({ Value: z.string() });
const PlanKeyProperties = z.object({ KeyId: z.string(), UsagePlanId: z.string() });

interface MeteredPlan extends z.output<typeof PlanProperties> {
  readonly id: string;
}

const dayMs = 86_400_000;
const writeMs = 500;

/** Counts requests by API key, as the usage plans of a template limit them: a token bucket, and a quota by day, week or month. */
export class Meters {
  readonly #database: DatabaseSync;
  readonly #plans: readonly MeteredPlan[];
  readonly #buckets = new TokenBuckets<string>();
  /** Requests by plan, key and day: each write waits for the disk. */
  readonly #unwritten = new Map<string, number>();
  #writer: NodeJS.Timeout | undefined;
  #propagationMs = 0;

  constructor(database: DatabaseSync, stacks: readonly Stack[]) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS api_key (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, value TEXT UNIQUE NOT NULL, created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS plan_key (
        plan_id TEXT NOT NULL, key_id TEXT NOT NULL, added_at INTEGER NOT NULL, PRIMARY KEY (plan_id, key_id)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS plan_usage (
        plan_id TEXT NOT NULL, key_id TEXT NOT NULL, day TEXT NOT NULL, requests INTEGER NOT NULL,
        PRIMARY KEY (plan_id, key_id, day)
      ) STRICT;
    `);
    const all = (type: string) => stacks.flatMap((stack) => stack.resources(type));
    this.#plans = all('AWS::ApiGateway::UsagePlan').map(({ id, properties }) => ({
      id,
      ...PlanProperties.parse(properties),
    }));
    for (const { id, logicalId, properties } of all('AWS::ApiGateway::ApiKey'))
      database
        .prepare('INSERT OR REPLACE INTO api_key (id, name, value, created_at) VALUES (?, ?, ?, 0)')
        .run(id, logicalId, KeyProperties.parse(properties).Value);
    for (const { properties } of all('AWS::ApiGateway::UsagePlanKey')) {
      const { KeyId, UsagePlanId } = PlanKeyProperties.parse(properties);
      database
        .prepare('INSERT OR IGNORE INTO plan_key (plan_id, key_id, added_at) VALUES (?, ?, 0)')
        .run(UsagePlanId, KeyId);
    }
  }

  /** From now on a new key counts only after this time. */
  propagateAfter(ms: number): void {
    this.#propagationMs = ms;
  }

  /** Puts a key into a plan. Reports whether it was not there. */
  addToPlan(planId: string, keyId: string): boolean {
    const { changes } = this.#database
      .prepare('INSERT OR IGNORE INTO plan_key (plan_id, key_id, added_at) VALUES (?, ?, ?)')
      .run(planId, keyId, Date.now());
    return changes > 0;
  }

  /** Counts a request of a stage by the value of a key; why it is refused, if it is. A refused request does not count. */
  count(apiId: string, stage: string, value: string | undefined): MeterRefusal | undefined {
    const rows = this.#database
      .prepare(
        'SELECT plan_id, key_id FROM plan_key JOIN api_key ON id = key_id WHERE value = ? AND (added_at = 0 OR added_at <= ?)',
      )
      .all(value ?? '', Date.now() - this.#propagationMs) as { plan_id: string; key_id: string }[];
    for (const { plan_id, key_id } of rows) {
      const plan = this.#plans.find(({ id }) => id === plan_id);
      if (!plan?.ApiStages.some((one) => one.ApiId === apiId && one.Stage === stage)) continue;
      return this.#take(plan, key_id);
    }
    return 'INVALID_API_KEY';
  }

  #take({ id, Throttle, Quota }: MeteredPlan, keyId: string): MeterRefusal | undefined {
    const now = Date.now();
    const limit = { ratePerSecond: Throttle?.RateLimit ?? 0, burst: Throttle?.BurstLimit ?? Infinity };
    const name = `${id} ${keyId}`;
    if (!this.#buckets.hasToken(name, limit)) return 'THROTTLED';
    if (Quota && this.#since(id, keyId, firstDay(Quota.Period, now)) >= Quota.Limit) return 'QUOTA_EXCEEDED';
    this.#buckets.take(name, limit);
    const counted = JSON.stringify([id, keyId, dayOf(now)]);
    this.#unwritten.set(counted, (this.#unwritten.get(counted) ?? 0) + 1);
    this.#writer ??= setTimeout(() => this.write(), writeMs);
    return undefined;
  }

  /** Writes the requests that were counted. */
  write(): void {
    clearTimeout(this.#writer);
    this.#writer = undefined;
    const add = this.#database.prepare(
      'INSERT INTO plan_usage (plan_id, key_id, day, requests) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests',
    );
    for (const [counted, requests] of this.#unwritten)
      add.run(...(JSON.parse(counted) as [string, string, string]), requests);
    this.#unwritten.clear();
  }

  #since(planId: string, keyId: string, day: string): number {
    const unwritten = [...this.#unwritten].filter(([counted]) => {
      const [plan, key, ofDay] = JSON.parse(counted) as [string, string, string];
      return plan === planId && key === keyId && ofDay >= day;
    });
    const { sum } = this.#database
      .prepare('SELECT coalesce(sum(requests), 0) AS sum FROM plan_usage WHERE plan_id = ? AND key_id = ? AND day >= ?')
      .get(planId, keyId, day) as { sum: number };
    return unwritten.reduce((total, [, requests]) => total + requests, sum);
  }

  /** The used and remaining requests of each day, as GetUsage answers. */
  days(planId: string, keyId: string, from: string, to: string): [used: number, remaining: number][] {
    this.write();
    const rows = this.#database
      .prepare('SELECT day, requests FROM plan_usage WHERE plan_id = ? AND key_id = ?')
      .all(planId, keyId) as { day: string; requests: number }[];
    const limit = this.#plans.find(({ id }) => id === planId)?.Quota?.Limit ?? 0;
    const count = Math.max(0, (Date.parse(to) - Date.parse(from)) / dayMs + 1);
    return Array.from({ length: count }, (_, index) => {
      const day = dayOf(Date.parse(from) + index * dayMs);
      const used = rows.find((row) => row.day === day)?.requests ?? 0;
      return [used, Math.max(0, limit - used)];
    });
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The first day of a period, UTC. A week begins on Monday. */
function firstDay(period: 'DAY' | 'WEEK' | 'MONTH', now: number): string {
  if (period === 'DAY') return dayOf(now);
  if (period === 'MONTH') return `${dayOf(now).slice(0, 8)}01`;
  return dayOf(now - ((new Date(now).getUTCDay() + 6) % 7) * dayMs);
}
