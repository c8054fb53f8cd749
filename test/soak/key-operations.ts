import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, customer, repeatAfterMs, type Sender, unexpected, type World } from './client.ts';
import { listAll } from './listing.ts';
import {
  endsWithOverlap,
  hasEnded,
  judge,
  type KnownKey,
  mayEndBy,
  mayEndFromNow,
  overlapMayEndBy,
  type Times,
} from './model.ts';
import { outlived, tryKey } from './readers.ts';

/**
 * All operations on keys. Each is retried through outages as docs/keys.md tells clients to, and each answer is checked
 * against the model. `onMade` receives every key that is made and held.
 */
export class KeyOperations {
  readonly #world: World;
  readonly #send: Sender;
  readonly #name: string;
  readonly #onMade: (key: KnownKey) => void;
  #made = 0;

  /** `name` distinguishes the keys of several instances. */
  constructor(world: World, send: Sender, name: string, onMade: (key: KnownKey) => void) {
    this.#world = world;
    this.#send = send;
    this.#name = name;
    this.#onMade = onMade;
  }

  /** Repeats a request until its answer is no outage. */
  async #settled(send: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await send();
      if (!this.#isOutage(answer)) return answer;
      await delay(repeatAfterMs);
    }
  }

  /** A refusal of the manager's own key counts too: nobody ends that key. */
  #isOutage({ status, json }: Answer): boolean {
    if (status === 401) this.#world.tally.wrong('wrongDenies', `the manager's own key: ${json.code}`);
    return status === 503 || status === 401;
  }

  async create(body: object, send = this.#send): Promise<KnownKey> {
    const description = `${this.#name} ${++this.#made}`;
    for (;;) {
      const answer = await send('create', 'POST', '/keys', { description, ...body });
      if (answer.status === 201) return this.#take(answer.json);
      if (!this.#isOutage(answer)) throw unexpected('create', answer);
      if (answer.json.code === 'outcome_unknown') await this.#revokeUnheld(description);
      await delay(repeatAfterMs);
    }
  }

  async #take(json: Answer['json']): Promise<KnownKey> {
    const known = this.#world.model.add(json);
    this.#onMade(known);
    await tryKey(this.#world, known);
    return known;
  }

  /** Revokes the key that nobody holds: a creation whose answer was lost may have left one. */
  async #revokeUnheld(description: string): Promise<void> {
    for (const key of await listAll((path) => this.#settled(() => this.#send('list', 'GET', path)))) {
      if (key.description === description) await this.#delete(key.keyId);
    }
  }

  async #delete(keyId: string): Promise<void> {
    const answer = await this.#settled(() => this.#send('revoke', 'DELETE', `/keys/${keyId}`));
    if (answer.status !== 204) throw unexpected('revoke', answer);
  }

  /** The description in the answer; `undefined` if the key is not found. Judges either outcome. */
  async get(known: KnownKey): Promise<string | undefined> {
    const answer = await this.#settled(() => this.#send('get', 'GET', `/keys/${known.keyId}`));
    if (answer.status !== 200 && answer.status !== 404) throw unexpected('get', answer);
    await this.#judgeSeen(known, answer, answer.status === 200);
    if (answer.status === 404) return undefined;
    const { description = '' } = answer.json as { description?: string };
    if (!known.descriptions.includes(description)) {
      const told = known.descriptions.join('" or "');
      throw unexpected('get', answer, `with the description "${description}" in place of "${told}"`);
    }
    return description;
  }

  async #judgeSeen(known: KnownKey, times: Times, accepted: boolean): Promise<void> {
    const verdict = judge(known, { ...times, accepted });
    if (verdict === 'wrongDeny') this.#world.tally.wrong('lostKeys', `${known.keyId} is not shown although it is good`);
    if (verdict === 'wrongAllow') await outlived(this.#world, known, 'was shown');
  }

  async update(known: KnownKey): Promise<void> {
    const description = `${this.#name} ${++this.#made}`;
    known.descriptions.push(description); // from now on the key may have it
    for (;;) {
      const answer = await this.#send('update', 'PATCH', `/keys/${known.keyId}`, { description });
      if (answer.status === 200 || answer.status === 404) {
        await this.#judgeSeen(known, answer, answer.status === 200);
        known.descriptions = [description];
        return;
      }
      if (!this.#isOutage(answer)) throw unexpected('update', answer);
      const seen = answer.json.code === 'outcome_unknown' ? await this.get(known) : undefined;
      if (seen === description) {
        known.descriptions = [description];
        return;
      }
      await delay(repeatAfterMs);
    }
  }

  /** Lists all keys and judges whether the sought ones are among them. */
  async list(sought: readonly KnownKey[]): Promise<void> {
    const sentAt = Date.now();
    const keys = await listAll((path) => this.#settled(() => this.#send('list', 'GET', path)));
    const ids = new Set(keys.map(({ keyId }) => keyId));
    const times = { sentAt, answeredAt: Date.now() };
    for (const known of sought) await this.#judgeSeen(known, times, ids.has(known.keyId));
  }

  async rotate(old: KnownKey, overlapSeconds: number): Promise<void> {
    const goodUntil = old.mayEndAt;
    mayEndBy(old, overlapMayEndBy(overlapSeconds));
    let inDoubt = false;
    let replace = false;
    for (;;) {
      const body = { overlapSeconds, replace };
      const answer = await this.#send(replace ? 'replace' : 'rotate', 'POST', `/keys/${old.keyId}/rotate`, body);
      if (answer.status === 201) {
        const { activeUntil } = answer.json.previous;
        if (activeUntil === undefined) hasEnded(old);
        else endsWithOverlap(old, activeUntil, inDoubt ? old.mayEndAt : goodUntil);
        await this.#take(answer.json);
        await tryKey(this.#world, old);
        return;
      }
      if (answer.status === 409 && inDoubt) replace = true;
      else if (!this.#isOutage(answer)) throw unexpected('rotate', answer);
      else {
        inDoubt = true;
        await delay(repeatAfterMs);
      }
    }
  }

  async revoke(known: KnownKey): Promise<void> {
    mayEndFromNow(known);
    await this.#delete(known.keyId);
    hasEnded(known);
    await tryKey(this.#world, known);
  }

  async revokeLeaked(known: KnownKey): Promise<void> {
    const anybody = customer(this.#world, 'nobody');
    const form = new URLSearchParams({ token: known.key });
    mayEndFromNow(known);
    const answer = await this.#settled(() => anybody('revoke leaked', 'POST', '/revoke', form));
    if (answer.status !== 200) throw unexpected('revoke leaked', answer);
    hasEnded(known);
    await tryKey(this.#world, known);
  }

  async revokeAll(keys: readonly KnownKey[], filter: object): Promise<void> {
    for (const key of keys) mayEndFromNow(key);
    for (;;) {
      const answer = await this.#settled(() => this.#send('revoke many', 'POST', '/keys/revoke', filter));
      if (answer.status !== 200) throw unexpected('revoke many', answer);
      const { failed, remaining } = answer.json;
      if (failed.length === 0 && remaining === 0) break;
      await delay(repeatAfterMs);
    }
    for (const key of keys) hasEnded(key);
    for (const key of keys) await tryKey(this.#world, key);
  }
}
