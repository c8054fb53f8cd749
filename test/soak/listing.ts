import { type Answer, unexpected } from './client.ts';

/** Reads all active keys, page by page. `get` must retry its request through outages. */
export async function listAll(
  get: (path: string) => Promise<Answer>,
): Promise<{ readonly keyId: string; readonly description?: string }[]> {
  const keys: { keyId: string; description?: string }[] = [];
  for (let query = '?pageSize=30'; ; ) {
    const answer = await get(`/keys${query}`);
    if (answer.status !== 200) throw unexpected('list', answer);
    keys.push(...answer.json.keys);
    const { nextPageToken } = answer.json;
    if (nextPageToken === undefined) return keys;
    query = `?pageSize=30&pageToken=${encodeURIComponent(nextPageToken)}`;
  }
}
