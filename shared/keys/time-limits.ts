import { auditTimeoutMs } from '../audit/audit.ts';
import type { AuthorizerCache } from '../aws/authorizer-cache.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';

// Every operation must finish before its function's timeout, 25 s or 28 s: a function that Lambda ends cannot report what it
// did. API Gateway waits for 29 s. A test adds up the longest of all steps.

/** How long an operation on one key may take, its flush included. */
export const operationMs = 22_000;

/** How long a rotation may take: its function has 28 s. */
export const rotationMs = 25_000;

/** How long the revocation of many keys may take. */
export const bulkMs = 20_000;

/** How long the keys of an organization are looked through; a page that was begun by then is still waited for. */
export const searchMs = 5_000;

/** The longest that one change of a key takes, its record included. */
export function changeMs({ deadlineMs }: KeyDirectory): number {
  return deadlineMs + auditTimeoutMs;
}

/** When the last revocation of many may begin (ms since the epoch), so that it and a flush fit into {@link bulkMs}. */
export function lastRevocationAt(
  startedAt: number,
  { scalekit, cache }: { readonly scalekit: KeyDirectory; readonly cache: AuthorizerCache },
): number {
  return startedAt + bulkMs - changeMs(scalekit) - cache.reserveMs;
}
