import type { OperatorClient } from './operator-client.ts';

/** The API's answer to a bulk revocation, or the sum of several. */
interface BulkAnswer {
  readonly matched: number;
  readonly revoked: number;
  readonly failed: readonly { readonly keyId: string; readonly code: string }[];
  readonly remaining: number;
  readonly cursor?: string;
}

/** How many of the checked keys match. With a cursor, `matched` counts one more for the rest. */
function foundOf({ matched, cursor }: { readonly matched: number; readonly cursor?: string | undefined }): number {
  return matched - (cursor === undefined ? 0 : 1);
}

/** Counts the keys that match, with as many requests as needed to check all keys. */
export async function countAll({ send }: OperatorClient, body: object, all: boolean): Promise<BulkAnswer> {
  let matched = 0;
  for (let cursor: string | undefined; ; ) {
    const answer = (await send('POST', '/revoke', { ...body, cursor })) as BulkAnswer;
    cursor = all ? undefined : answer.cursor; // without a filter, unchecked keys are counted too
    matched += foundOf({ ...answer, cursor });
    if (cursor === undefined) return { matched, revoked: 0, failed: [], remaining: matched };
  }
}

/** Revokes the keys that match until one full pass finds none: a thief may create keys meanwhile. */
export async function revokeUntilNone(
  { send }: OperatorClient,
  body: object,
  onProgress: (revoked: number) => void,
): Promise<BulkAnswer> {
  let revoked = 0;
  let hasFound = false;
  for (let cursor: string | undefined; ; ) {
    const answer = await settleUnmarked(send, (await send('POST', '/revoke', { ...body, cursor })) as BulkAnswer);
    revoked += answer.revoked;
    onProgress(revoked);
    hasFound ||= foundOf(answer) > 0;
    const isStuck = answer.revoked === 0 && answer.matched > 0 && answer.cursor === cursor;
    if (isStuck || (answer.matched === 0 && !hasFound)) {
      const { failed, remaining } = answer;
      return { matched: revoked + failed.length + remaining, revoked, failed, remaining };
    }
    cursor = answer.cursor;
    hasFound &&= cursor !== undefined;
  }
}

/**
 * Revokes again, by id, revoked keys that a cached decision may still allow: no later request finds them by a filter. Throws if
 * the table of the decision cache still cannot be written.
 */
async function settleUnmarked(send: OperatorClient['send'], answer: BulkAnswer): Promise<BulkAnswer> {
  const unmarked = answer.failed.filter(({ code }) => code === 'cache_not_flushed');
  for (const { keyId } of unmarked) await send('DELETE', `/${keyId}`);
  return {
    ...answer,
    revoked: answer.revoked + unmarked.length,
    failed: answer.failed.filter((failure) => !unmarked.includes(failure)),
  };
}
