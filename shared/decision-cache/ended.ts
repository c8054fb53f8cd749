import type { Item } from '../aws/dynamodb.ts';
import { requireEnvironment } from '../environment.ts';
import { type Outage, outage } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { areIds, decodeNotBefore, endedId } from './items.ts';
import { tableOf } from './table.ts';

/** The owner of keys: an organization, or one of its users. */
export interface Owner {
  readonly organizationId: string;
  readonly userId?: string;
}

/** The ids of the marks that end everything of an owner. */
export function endedIds({ organizationId, userId }: Owner): string[] {
  return [endedId(organizationId), ...(userId === undefined ? [] : [endedId(organizationId, userId)])];
}

/** The latest of such marks (ms), 0 without any; `undefined` if one is malformed. */
export function endedAt(marks: readonly Item[]): number | undefined {
  const times = marks.map(decodeNotBefore);
  return times.every((time) => time !== undefined) ? Math.max(0, ...times) : undefined;
}

/** Reports whether what began at a time (ms), at most a day ago, was ended since. */
export type EndedSince = (
  /** Who or what may have been ended: the owner, or a link or client by its id. */
  owner: Owner & { readonly makerId?: string | undefined },
  beganAt: number,
  withinMs?: number,
) => Promise<Result<boolean, Outage>>;

/** A person waits for it, so there is more time than for a decision. */
const readMs = 1_000;

/** The marks in the table that `DECISION_TABLE` names. */
export function endedSinceFromEnvironment(): EndedSince {
  const table = tableOf(requireEnvironment('DECISION_TABLE'));
  return async (owner, beganAt, withinMs = readMs) => {
    const { organizationId, userId, makerId } = owner;
    if (!areIds(organizationId, userId, makerId)) return ok(true);
    const ids = [...endedIds(owner), ...(makerId === undefined ? [] : [endedId(organizationId, makerId)])];
    const marks = await table.getAll(ids, true, withinMs);
    if (!marks.ok) return fail(outage({ kind: marks.failure.kind, cause: marks.failure }));
    const ended = endedAt(marks.value);
    return ok(ended === undefined || beganAt <= ended);
  };
}
