import { customer, type Sender, type World } from './client.ts';
import { KeyOperations } from './key-operations.ts';
import type { KnownKey } from './model.ts';
import type { Random } from './random.ts';

/** How many keys a manager keeps: enough to choose from, and few enough to keep memory flat. */
const kept = { least: 8, most: 25 };

const weights = {
  create: 20,
  createExpiring: 5,
  get: 15,
  update: 15,
  list: 8,
  rotate: 10,
  rotateWithOverlap: 10,
  revoke: 8,
  revokeLeaked: 4,
  revokeBatch: 3,
  revokeIssued: 2,
} as const;

/** Creates, changes, rotates and revokes keys of its own, one thing at a time. */
export class Manager {
  readonly #world: World;
  readonly #random: Random;
  readonly #keys: KeyOperations;
  readonly #name: string;
  #own: KnownKey[] = [];
  #batches = 0;

  constructor(world: World, send: Sender, name: string, random: Random) {
    this.#world = world;
    this.#random = random;
    this.#name = name;
    this.#keys = new KeyOperations(world, send, name, (key) => this.#own.push(key));
  }

  async run(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      this.#own = this.#own.filter(({ mustEndAt }) => mustEndAt > Date.now());
      const one = this.#random.pick(this.#own);
      if (!one || this.#own.length < kept.least) await this.#create();
      else if (this.#own.length > kept.most) await this.#keys.revoke(one);
      else await this.#any(one);
    }
  }

  async #any(one: KnownKey): Promise<unknown> {
    const what = this.#random.weighted(weights);
    switch (what) {
      case 'create':
        return this.#create();
      case 'createExpiring':
        return this.#keys.create({ expiresIn: this.#random.between(1, 5) });
      case 'get':
        return this.#keys.get(one);
      case 'update':
        return this.#keys.update(one);
      case 'list':
        return this.#keys.list(this.#own);
      case 'rotate':
        return this.#rotate(0);
      case 'rotateWithOverlap':
        return this.#rotate(this.#random.between(1, 4));
      case 'revoke':
        return this.#keys.revoke(one);
      case 'revokeLeaked':
        return this.#keys.revokeLeaked(one);
      case 'revokeBatch':
        return this.#revokeBatch();
      case 'revokeIssued':
        return this.#revokeIssued();
    }
  }

  #create(): Promise<KnownKey> {
    const { userId } = this.#world.outputs;
    return this.#keys.create(this.#random.pick<object>([{}, { scope: 'keys:read' }, { userId }]));
  }

  /** Rotates a key whose end is not set yet. */
  async #rotate(overlapSeconds: number): Promise<void> {
    const old = this.#random.pick(this.#own.filter(({ mayEndAt }) => mayEndAt === Infinity));
    if (old) await this.#keys.rotate(old, overlapSeconds);
  }

  async #revokeBatch(): Promise<void> {
    const customClaims = { batch: `${this.#name}-${++this.#batches}` };
    const batch: KnownKey[] = [];
    for (let left = this.#random.between(1, 4); left > 0; left--) batch.push(await this.#keys.create({ customClaims }));
    await this.#keys.revokeAll(batch, { customClaims });
  }

  /** Revokes the keys that a key made, then that key. */
  async #revokeIssued(): Promise<void> {
    const maker = await this.#keys.create({ scope: 'keys:read keys:write' });
    const made: KnownKey[] = [];
    for (let left = this.#random.between(1, 3); left > 0; left--)
      made.push(await this.#keys.create({}, customer(this.#world, maker.key)));
    await this.#keys.revokeAll(made, { issuedBy: maker.keyId });
    await this.#keys.revoke(maker);
  }
}
