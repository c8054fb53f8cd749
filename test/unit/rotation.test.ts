import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScalekitClient } from '../../local/scalekit/sdk.ts';
import type { AuditEvent } from '../../shared/audit/audit.ts';
import type { Operator } from '../../shared/authentication/actor.ts';
import type { Outage } from '../../shared/failure.ts';
import type { AmendedKey, NewKey } from '../../shared/key.ts';
import { revokeKey } from '../../shared/keys/revoke-key.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { endOverlap } from '../../shared/rotation/end-overlap.ts';
import type { OverlapSchedules } from '../../shared/rotation/overlap-schedules.ts';
import { rotateKey } from '../../shared/rotation/rotate-key.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import type { CallFailure } from '../../shared/scalekit/verdict.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { keyServicesOf } from '../support/key-services.ts';
import { runs } from '../support/runs.ts';

// Simultaneous rotations, revocations and ends of overlaps on the embedded Scalekit. A seeded scheduler interleaves their
// calls. Only the schedules are a model, because an overlap must be able to end at any moment.

let env: TestScalekit;
let scalekit: Scalekit;
let sdk: ScalekitClient;

beforeAll(async () => {
  env = await startTestScalekit();
  ({ scalekit, sdk } = env);
});
afterAll(() => env.close());

type Operation =
  | { readonly kind: 'rotate'; readonly key: number; readonly overlapSeconds: number; readonly replace: boolean }
  | { readonly kind: 'revoke'; readonly key: number };

const key = fc.nat({ max: 2 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('rotate' as const),
    key,
    overlapSeconds: fc.constantFrom(0, 60),
    replace: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('revoke' as const), key }),
);

/**
 * The fate of a call: it succeeds, its answer is lost, or it is never sent. Or its function dies before or after the call:
 * the operation stops and nothing compensates.
 */
type Fate = 'well' | 'lost' | 'unsent' | 'dies before' | 'dies after';
const failures = fc.array(fc.constantFrom<Fate>('well', 'well', 'well', 'lost', 'unsent'), { maxLength: 60 });
const deaths = fc.array(fc.constantFrom<Fate>('well', 'well', 'well', 'well', 'dies before', 'dies after'), {
  maxLength: 60,
});

type Page = Parameters<Scalekit['list']>[1];

/** Ends an operation like the end of its process: no further code runs. */
class Died extends Error {}

/** A Scalekit whose calls wait for their turn and meet their fate. */
function interleaved(scheduler: fc.Scheduler, fateOf: () => Fate): Scalekit {
  const cause = new Error('made to fail');
  const inTurn =
    <A extends unknown[], T, F>(name: string, call: (...args: A) => Promise<Result<T, F>>, lost: F | Outage) =>
    async (...args: A): Promise<Result<T, F | Outage>> => {
      await scheduler.schedule(Promise.resolve(), name);
      const fate = fateOf();
      if (fate === 'unsent') return fail(outage);
      if (fate === 'dies before') throw new Died();
      const answer = await call(...args);
      if (fate === 'dies after') throw new Died();
      return fate === 'lost' ? fail(lost) : answer;
    };
  const unknown: CallFailure = { kind: 'outcome_unknown', cause };
  const outage: Outage = { kind: 'upstream_unavailable', reason: 'unreachable', cause };
  return {
    deadlineMs: scalekit.deadlineMs,
    lookUp: inTurn('lookUp', (token: string) => scalekit.lookUp(token), outage),
    create: inTurn('create', (newKey: NewKey) => scalekit.create(newKey), unknown),
    list: inTurn('list', (organizationId: string, page: Page) => scalekit.list(organizationId, page), outage),
    update: inTurn('update', (keyId: string, change: AmendedKey) => scalekit.update(keyId, change), outage),
    invalidate: inTurn('invalidate', (token: string) => scalekit.invalidate(token), outage),
  };
}

/** Runs simultaneous operations on three new keys, and compares the remaining keys with the answers to their owner. */
async function runAll(scheduler: fc.Scheduler, operations: readonly Operation[], fateOf: () => Fate): Promise<void> {
  const { organization } = await sdk.organization.createOrganization('Acme');
  const organizationId = organization?.id ?? '';
  const actor: Operator = { userArn: 'arn:aws:iam::1:user/x', organizationId };
  const by = { actor, requestId: 'test' };
  const roots = await Promise.all([0, 1, 2].map(() => sdk.token.createToken(organizationId)));
  const ids = roots.map(({ tokenId }) => tokenId);
  const parents = new Map<string, string>(); // of successors whose plain key the owner received
  const askedToEnd = new Set<string>();
  const believedEnded = new Set<string>();
  const replacing = new Set<string>(); // keys whose successor somebody asked to replace

  const calls = interleaved(scheduler, fateOf);
  const events: AuditEvent[] = [];
  const audit = { record: async (event: AuditEvent) => void events.push(event) };
  const services = keyServicesOf(calls, audit);
  const ends: Promise<void>[] = [];
  const endLater = async (keyId: string): Promise<void> => {
    // The end comes at any moment and is retried until it succeeds.
    for (let ended = false; !ended; )
      ended = await endOverlap(services, { organizationId, keyId }, 'test').then(({ ok }) => ok, surviving);
  };
  const schedules: OverlapSchedules = {
    async put(_organizationId, keyId, at) {
      await scheduler.schedule(Promise.resolve(), 'put');
      const fate = fateOf();
      if (fate === 'dies before') throw new Died();
      if (fate === 'lost' || fate === 'unsent')
        return fail({ kind: 'upstream_unavailable', reason: 'scheduler', cause: undefined });
      ends.push(endLater(keyId));
      if (fate === 'dies after') throw new Died();
      return ok(at);
    },
  };

  const run = async (op: Operation) => {
    const keyId = ids[op.key] ?? '';
    askedToEnd.add(keyId);
    if (op.kind === 'revoke') {
      if ((await revokeKey(services, keyId, by)).ok) believedEnded.add(keyId);
      return;
    }
    if (op.replace) replacing.add(keyId);
    const rotated = await rotateKey({ ...services, schedules }, keyId, op, by);
    if (!rotated.ok) return;
    parents.set(rotated.value.keyId, keyId);
    believedEnded.add(keyId); // at the latest when its overlap ends, and all overlaps end here
  };
  const done = operations.map((op) => run(op).catch(surviving));
  await scheduler.waitFor(Promise.all(done));
  await scheduler.waitFor(Promise.all(ends));

  const revokedIds = new Set(events.filter(({ type }) => type === 'Revoked').map(({ keyId }) => keyId));
  const page = await scalekit.list(organizationId, { pageSize: 30 });
  if (!page.ok) throw new Error('no list');
  const active = new Map(page.value.keys.map((shown) => [shown.keyId, shown]));
  for (const keyId of believedEnded) expect(active.has(keyId), `believed ended: ${keyId}`).toBe(false);
  for (const keyId of revokedIds) expect(active.has(keyId), `recorded as revoked: ${keyId}`).toBe(false);
  for (const keyId of ids)
    if (!askedToEnd.has(keyId)) expect(active.has(keyId), `nobody asked to end ${keyId}`).toBe(true);
  for (const [keyId, parent] of parents)
    if (!replacing.has(parent)) expect(active.has(keyId), `nobody asked to replace ${keyId}`).toBe(true);
  for (const [keyId, { customClaims }] of active) {
    if (ids.includes(keyId) || parents.has(keyId)) continue;
    // The answer with this successor was lost: a retry reports it, and with `replace` it gets replaced.
    const parent = customClaims['rotated_from'] ?? '';
    const plain = { ...keyServicesOf(scalekit, audit), schedules };
    const repeat = await rotateKey(plain, parent, { overlapSeconds: 0, replace: false }, by);
    expect(repeat, `the owner does not know ${keyId}`).toMatchObject({
      ok: false,
      failure: { kind: 'already_rotated' },
    });
    const repaired = await rotateKey(plain, parent, { overlapSeconds: 0, replace: true }, by);
    expect(repaired.ok).toBe(true);
    for (const id of [parent, keyId]) expect(await scalekit.lookUp(id)).toEqual(ok(undefined));
  }
}

/** Other operations continue after a death. */
function surviving(error: unknown): false {
  if (error instanceof Died) return false;
  throw error;
}

test(
  'no interleaving leaves a key active that its owner believes revoked, or ends a key that nobody asked to end',
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(operation, { minLength: 1, maxLength: 5 }), (scheduler, operations) =>
        runAll(scheduler, operations, () => 'well'),
      ),
      { numRuns: runs(40) },
    ),
);

test.each([
  ['calls that fail or lose their answers', failures],
  ['functions that die before or after a call', deaths],
])('the same holds with %s', { timeout: 120_000 }, (_what, fates) =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(operation, { minLength: 1, maxLength: 4 }),
      fates,
      (scheduler, operations, fate) => {
        const rest = [...fate];
        return runAll(scheduler, operations, () => rest.shift() ?? 'well');
      },
    ),
    { numRuns: runs(50) },
  ),
);

const rotate = { kind: 'rotate', key: 0, replace: false } as const;

test.each<[string, number, Operation[]]>([
  ['a rotation', 6, [{ ...rotate, overlapSeconds: 0 }]],
  ['a rotation with an overlap', 6, [{ ...rotate, overlapSeconds: 60 }]],
  [
    'a rotation during a replacement',
    12,
    [
      { ...rotate, overlapSeconds: 60 },
      { ...rotate, overlapSeconds: 0, replace: true },
    ],
  ],
])(
  'the same holds for %s that dies before or after any of its calls',
  { timeout: 120_000 },
  async (_what, calls, operations) => {
    for (const death of ['dies before', 'dies after'] as const)
      for (let at = 0; at < calls; at++) {
        const died = (scheduler: fc.Scheduler) => {
          let call = 0;
          return runAll(scheduler, operations, () => (call++ === at ? death : 'well'));
        };
        await fc.assert(fc.asyncProperty(fc.scheduler(), died), { numRuns: 1 });
      }
  },
);

test('a key without an operation on it stays active, however many keys there are', async () => {
  const { organization } = await sdk.organization.createOrganization('Acme');
  const organizationId = organization?.id ?? '';
  const actor: Operator = { userArn: 'arn:aws:iam::1:user/x', organizationId };
  const by = { actor, requestId: 'test' };
  const made = await Promise.all(Array.from({ length: 65 }, () => sdk.token.createToken(organizationId)));
  const services = {
    ...keyServicesOf(scalekit),
    schedules: { put: async (_organizationId: string, _keyId: string, at: Date) => ok(at) },
  };
  const [first] = made;
  const rotated = await rotateKey(services, first?.tokenId ?? '', { overlapSeconds: 0, replace: false }, by);
  expect(rotated.ok).toBe(true);
  const again = await rotateKey(services, first?.tokenId ?? '', { overlapSeconds: 0, replace: false }, by);
  expect(again).toMatchObject({
    ok: false,
    failure: { kind: 'already_rotated', successorId: rotated.ok ? rotated.value.keyId : '' }, // on the third page
  });
  for (const { tokenId } of made.slice(1))
    expect(await scalekit.lookUp(tokenId)).toMatchObject({ value: { keyId: tokenId } });
});
