import { auditTimeoutMs } from '../audit/audit.ts';
import { settleMs } from '../audit/mutations.ts';
import { markAgeMs, markMs } from '../decision-cache/time-limits.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';

// Every operation must finish before its function's timeout, 25 s or 28 s: a function that Lambda ends cannot report what it did.
// API Gateway waits for 29 s. A test adds up the longest times of all steps.

/** How long a creation may take, with the withdrawal of a key that cannot get its organization's plan. */
export const creationMs = 23_000;

/** How long a rotation may take: its function has 28 s. */
export const rotationMs = 25_000;

/** How long the revocation of many keys may take. */
export const bulkMs = 20_000;

/** How long the keys of an organization are searched. A page that was requested by then is still awaited. */
export const searchMs = 5_000;

/** The longest time that one change of a key takes: its mark, its call, and its record while the mark is settled. */
export function changeMs({ deadlineMs }: KeyDirectory): number {
  return markMs + deadlineMs + Math.max(auditTimeoutMs, settledMs);
}

/** The longest time that settling a mark takes. */
const settledMs = settleMs + markAgeMs;

/**
 * When the last of many revocations may begin (ms since the epoch): it and the mark for all keys must fit into {@link bulkMs}.
 */
export function lastRevocationAt(startedAt: number, scalekit: KeyDirectory): number {
  return startedAt + bulkMs - changeMs(scalekit) - settledMs;
}
