import type { OperatorClient } from './operator-client.ts';

/** The API's answer to a bulk revocation, or the sum of several. */
interface BulkAnswer {
  readonly matched: number;
  readonly revoked: number;
  readonly failed: readonly { readonly keyId: string; readonly code: string }[];
  readonly remaining: number;
  readonly cursor?: string;
}

/** How many keys of those that were looked at fit: where there is a cursor, one more stands for the rest. */
function foundOf({ matched, cursor }: { readonly matched: number; readonly cursor?: string | undefined }): number {
  return matched - (cursor === undefined ? 0 : 1);
}

/** Counts what fits, in as many requests as it takes to look at all keys. */
export async function countAll({ send }: OperatorClient, body: object, all: boolean): Promise<BulkAnswer> {
  let matched = 0;
  for (let cursor: string | undefined; ; ) {
    const answer = (await send('POST', '/revoke', { ...body, cursor })) as BulkAnswer;
    cursor = all ? undefined : answer.cursor; // without a filter, keys that were not looked at are counted too
    matched += foundOf({ ...answer, cursor });
    if (cursor === undefined) return { matched, revoked: 0, failed: [], remaining: matched };
  }
}

/** Revokes what fits until nothing is found from the first key to the last: a thief may make keys all the while. */
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
 * Revokes by their ids the keys that are revoked, but that a cached decision may still accept: no later request finds them by a
 * filter. Throws where the table of the decision cache is still not to be written.
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
