import { setTimeout as delay } from 'node:timers/promises';
import { operator, repeatAfterMs, type World } from './client.ts';
import { listAll } from './listing.ts';
import { outlived, tryKey } from './readers.ts';

/** The description of the keys that the runtime seeds. */
const seeded = 'Seeded by the local runtime';

/**
 * Compares all active keys with the known ones after the last fault. A good key that is not listed or not accepted is lost.
 * An active key that nobody knows is lost too.
 */
export async function findLost(world: World): Promise<void> {
  const { model, tally } = world;
  const send = operator(world);
  const sentAt = Date.now();
  const listed = await listAll((path) =>
    patiently(
      () => send('list', 'GET', path),
      ({ status }) => status !== 503,
    ),
  );
  const known = new Map(model.active.map((key) => [key.keyId, key]));
  for (const { keyId, description } of listed) {
    if (known.has(keyId) || description === seeded) continue;
    const ended = model.ended(keyId);
    if (!ended) tally.wrong('lostKeys', `${keyId} (${description}) is active but unknown`);
    else if (ended.mustEndAt < sentAt) await outlived(world, ended, 'is listed');
  }
  const ids = new Set(listed.map(({ keyId }) => keyId));
  for (const key of known.values()) {
    const isGood = () => Date.now() < key.mayEndAt;
    if (isGood() && !ids.has(key.keyId)) tally.wrong('lostKeys', `${key.keyId} is not listed`);
    if (isGood())
      await patiently(
        () => tryKey(world, key),
        (outcome) => outcome !== 'outage',
      );
  }
}

/** Repeats a request that meets an outage: the breakers of some execution environments may still be open. */
async function patiently<T>(ask: () => Promise<T>, isAnswer: (outcome: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 40; tries++) {
    const outcome = await ask();
    if (isAnswer(outcome)) return outcome;
    await delay(repeatAfterMs);
  }
  throw new Error('the runtime does not recover although no fault is left');
}
