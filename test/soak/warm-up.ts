import { customer, operator, type World } from './client.ts';
import { endsWithOverlap } from './model.ts';

/** So many requests come together: of all clients on `GET /whoami`, and of the managers on the routes of keys. */
const together = { whoami: 5, keys: 2, overlapEnds: 4 };

/**
 * Sends as many requests at once to each function as it will ever be sent, so that it has all its execution environments:
 * those that start later, tens of MB each, would be taken for growth.
 */
export async function warmUp(world: World): Promise<void> {
  const send = customer(world, world.outputs.adminKey);
  const operate = operator(world);
  const times = (count: number, one: () => Promise<unknown>) => Promise.all(Array.from({ length: count }, one));
  const call = (method: string, path: string, body?: unknown) => () => send('warm up', method, path, body);
  await times(together.whoami, call('GET', '/whoami'));
  for (const one of [
    call('GET', '/keys'),
    call('GET', '/keys/apit_0'),
    call('PATCH', '/keys/apit_0', { description: '' }),
    call('DELETE', '/keys/apit_0'),
    call('POST', '/keys/revoke', { all: true, dryRun: true }),
    call('POST', '/revoke', new URLSearchParams({ token: 'nothing' })),
  ])
    await times(together.keys, one);
  // Overlaps that end in the same second.
  await times(together.overlapEnds, async () => {
    const { json: old } = await send('warm up', 'POST', '/keys', {});
    const { json: successor } = await send('warm up', 'POST', `/keys/${old.keyId}/rotate`, { overlapSeconds: 1 });
    await operate('warm up', 'DELETE', `/keys/${successor.keyId}`);
    endsWithOverlap(world.model.add(old), successor.previous.activeUntil, Infinity);
  });
}
