import { auditTimeoutMs } from '../audit/audit.ts';
import type { AuthorizerCache } from '../aws/authorizer-cache.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';

// API Gateway waits for 29 s. What an operation may take must fit into the timeout of its function, 25 s or 28 s: one that is
// ended by Lambda tells nobody what it has done. A test adds up the longest of all steps.

/** How long an operation on one key may take, its flush included. */
export const operationMs = 22_000;

/** How long a rotation may take: its function has 28 s. */
export const rotationMs = 25_000;

/** How long the revocation of many keys may take. */
export const bulkMs = 20_000;

/** How long the keys of an organization are looked through; a page that was begun by then is still waited for. */
export const searchMs = 5_000;

/** How long a flush is given beyond the wait for decisions under way. */
const flushMs = 3_000;

/** The longest that one change of a key takes, its record included. */
export function changeMs({ deadlineMs }: Scalekit): number {
  return deadlineMs + auditTimeoutMs;
}

/** When the last revocation of many may begin (ms since the epoch), so that it and a flush fit into {@link bulkMs}. */
export function lastRevocationAt(startedAt: number, scalekit: Scalekit, cache: AuthorizerCache | undefined): number {
  return startedAt + bulkMs - changeMs(scalekit) - (cache ? cache.waitMs + flushMs : 0);
}
