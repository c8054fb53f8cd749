import { fail, type Result } from '../result.ts';
import type { Table, TableFailure } from './table.ts';

/** After this many failures in a row the table is not called for a while. */
const failuresToStop = 3;

/** How long the table is not called. */
const stoppedMs = 5_000;

/**
 * A table that is not called for 5 s after three failures in a row, so that its outage does not cost each request 300 ms. A
 * throttled call is no failure: it concerns one hot key, and calls for other keys are answered.
 */
export function guardedTable(table: Table, now: () => number): Table {
  let failures = 0;
  let stoppedUntil = 0;

  async function ask<T>(call: () => Promise<Result<T, TableFailure>>): Promise<Result<T, TableFailure>> {
    if (now() < stoppedUntil) return fail({ kind: 'failed', cause: new Error('the table failed a moment ago') });
    const answer = await call();
    if (answer.ok || answer.failure.kind === 'condition_failed') failures = 0;
    else if (answer.failure.kind === 'failed' && ++failures >= failuresToStop) {
      failures = 0;
      stoppedUntil = now() + stoppedMs;
    }
    return answer;
  }

  return {
    get: (...input) => ask(() => table.get(...input)),
    getAll: (...input) => ask(() => table.getAll(...input)),
    put: (...input) => ask(() => table.put(...input)),
  };
}
