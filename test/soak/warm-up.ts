import { customer, operator, type World } from './client.ts';
import { endsWithOverlap } from './model.ts';

/** The most simultaneous requests: by all clients to `GET /whoami`, by the managers to the key routes. */
const together = { whoami: 5, keys: 2, overlapEnds: 4 };

/**
 * Sends each function as many simultaneous requests as it will ever get, so that all its execution environments start now.
 * Those that start later, tens of MB each, would count as growth.
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
