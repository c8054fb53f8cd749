import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { controlOf } from '../support/client.ts';
import { customer, operator, repeatAfterMs, unexpected, type World } from './client.ts';
import { endsByHand, hasEnded, judge, type KnownKey } from './model.ts';
import type { Random } from './random.ts';

/** The outcome of a request with a key. */
type Outcome = 'accepted' | 'refused' | 'outage';

/** A client of a backend's route. It sends keys in every state, unknown keys and key ids. */
export async function read(world: World, random: Random, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const known = world.model.pick(random);
    const what = random.weighted({ known: 85, unknown: 10, keyId: 5 });
    let outcome: Outcome;
    if (what === 'known' && known) outcome = await tryKey(world, known);
    else if (what === 'keyId' && known) outcome = await tryNoKey(world, 'whoami with a key id', known.keyId);
    else outcome = await tryNoKey(world, 'whoami with an unknown key', randomBytes(32).toString('hex'));
    if (outcome === 'outage') await delay(repeatAfterMs);
  }
}

/** Sends a request with a key and judges the answer by the key's known state. */
export async function tryKey(world: World, known: KnownKey): Promise<Outcome> {
  const { tally } = world;
  const answer = await customer(world, known.key)('whoami', 'GET', '/whoami');
  if (answer.status === 503) return 'outage';
  const accepted = answer.status === 200;
  if (!accepted && answer.json.code !== 'invalid_token') throw unexpected('whoami', answer);
  if (accepted && answer.json.keyId !== known.keyId)
    tally.wrong('wrongAllows', `${known.keyId} was taken for ${answer.json.keyId}`);
  const verdict = judge(known, { ...answer, accepted });
  if (verdict === 'wrongDeny') tally.wrong('wrongDenies', `${known.keyId} was refused although it is good`);
  if (verdict === 'wrongAllow') await outlived(world, known, 'was accepted');
  return accepted ? 'accepted' : 'refused';
}

/** A key that outlives its end is wrong, unless the end is in the work queue or a dead letter: then an operator ends the key. */
export async function outlived(world: World, known: KnownKey, told: string): Promise<void> {
  const { tally, outputs } = world;
  const seen = await controlOf(() => outputs)('GET');
  const left: { body: { keyId?: string } }[] = [...seen.work, ...seen.deadLetters];
  if (!left.some(({ body }) => body.keyId === known.keyId)) {
    tally.wrong('wrongAllows', `${known.keyId} ${told} ${Date.now() - known.mustEndAt} ms after its end`);
    return;
  }
  endsByHand(known);
  const answer = await operator(world)('revoke', 'DELETE', `/keys/${known.keyId}`);
  if (answer.status === 204) hasEnded(known);
}

async function tryNoKey(world: World, operation: string, presented: string): Promise<Outcome> {
  const answer = await customer(world, presented)(operation, 'GET', '/whoami');
  if (answer.status === 503) return 'outage';
  if (answer.status === 200) world.tally.wrong('wrongAllows', `${operation} was accepted`);
  else if (answer.json.code !== 'invalid_token') throw unexpected(operation, answer);
  return answer.status === 200 ? 'accepted' : 'refused';
}
