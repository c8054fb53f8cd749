import { expect } from 'vitest';
import type { clientOf } from './client.ts';

/** Makes keys that a cached decision allows, on a deployment with the decision cache. */
export function cachedKeysOf({ call, newKey, control }: ReturnType<typeof clientOf>) {
  /** The number of validations by Scalekit. */
  const validations = async (): Promise<number> => (await control('GET')).scalekit.calls['ValidateToken'] ?? 0;
  return {
    validations,
    /** A key whose requests no longer reach Scalekit. Waits, because a table that failed is not called for five seconds. */
    cachedKey: async (body: object = {}) => {
      const made = await newKey(body);
      const asked = async () => {
        const before = await validations();
        expect((await call(made.key, 'GET', '/whoami')).status).toBe(200);
        return (await validations()) - before;
      };
      await expect.poll(asked, { timeout: 15_000, interval: 200 }).toBe(0);
      return made;
    },
  };
}
