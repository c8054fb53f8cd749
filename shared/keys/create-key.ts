import { causedBy } from '../audit/audit.ts';
import { type Initiator, isOperator } from '../authentication/actor.ts';
import { type KeyRequest, mint } from '../authorization/authority.ts';
import { type Lifetimes, withLifetime } from '../authorization/lifetime.ts';
import { requireScope } from '../authorization/sight.ts';
import { anyScope, type Vocabulary } from '../authorization/vocabulary.ts';
import type { Failure } from '../failure.ts';
import { type Key, type NewKey, toKey } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import { refusedAs } from '../scalekit/call-policy.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import type { CallFailure } from '../scalekit/verdict.ts';
import type { KeyServices } from './key-services.ts';
import { keepOrganizationPlan, requirePlanOfOrganization, withOrganizationPlan } from './plan-of-organization.ts';
import { requireStanding } from './standing.ts';
import { changeMs, creationMs } from './time-limits.ts';
import { withdraw } from './withdrawal.ts';

/** The settings that concern new keys. */
export interface CreationRules {
  readonly maxKeysPerUser?: number | undefined;
  readonly knows?: Vocabulary;
  readonly lifetimes?: Lifetimes;
}

/**
 * Creates a key. Needs `keys:write`. The plain key is in this answer and nowhere else. `too_many_keys`: the user already has
 * `maxKeysPerUser` active keys. Keys that are created at the same time may exceed the limit, because Scalekit cannot count and
 * create in one call.
 */
export async function createKey(
  services: KeyServices,
  request: KeyRequest,
  by: Initiator,
  { maxKeysPerUser, knows = anyScope, lifetimes = {} }: CreationRules = {},
): Promise<Result<{ readonly key: string } & Key, Failure>> {
  const startedAt = Date.now();
  const { scalekit, mutations, planOf } = services;
  const scoped = requireScope(by.actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const known = knows(request.scope);
  if (!known.ok) return known;
  const minted = mint(by.actor, request);
  if (!minted.ok) return minted;
  const lasting = withLifetime(minted.value, request.expiresAt, lifetimes);
  if (!lasting.ok) return lasting;
  const asked = await requirePlanOfOrganization(by.actor.organizationId, request.customClaims['plan'], planOf);
  if (!asked.ok) return asked;
  const planned = await withOrganizationPlan(lasting.value, planOf);
  if (!planned.ok) return planned;
  const newKey = planned.value;
  const fits = await requireBelowLimit(scalekit, newKey, by, maxKeysPerUser);
  if (!fits.ok) return fits;
  const created = await mutations.create(newKey, causedBy(by, 'requested'));
  if (!created.ok) return fail(notCreated(created.failure, newKey, by));
  const stands = await requireStanding(services, by);
  if (!stands.ok) return withdraw(mutations, created.value.info, stands.failure, by);
  const withdrawalAt = startedAt + creationMs - changeMs(scalekit);
  const kept = await keepOrganizationPlan(services, created.value.info, causedBy(by, 'plan'), withdrawalAt);
  if (!kept.ok) return withdraw(mutations, created.value.info, kept.failure, by);
  return ok({ key: created.value.key, ...toKey(kept.value) });
}

/** Asks Scalekit only if there is a limit and the key has a user. If the keys cannot be counted, the key is refused. */
async function requireBelowLimit(
  scalekit: KeyDirectory,
  newKey: NewKey,
  by: Initiator,
  limit: number | undefined,
): Promise<Result<void, Failure>> {
  const { organizationId, userId } = newKey;
  if (limit === undefined || userId === undefined) return ok(undefined);
  const page = await scalekit.list(organizationId, { userId, pageSize: 1 });
  // If Scalekit refuses to count the keys of a user, it would also refuse to create one.
  if (!page.ok) return fail(notCreated(page.failure, newKey, by));
  return page.value.totalCount < limit ? ok(undefined) : fail({ kind: 'too_many_keys', limit });
}

function notCreated(failure: CallFailure, { userId }: NewKey, { actor }: Initiator): Failure {
  const isAsked = userId !== undefined && (isOperator(actor) || actor.userId !== userId);
  if (isAsked) return refusedAs(failure, 'userId', 'is not a user of the organization');
  return isOperator(actor)
    ? refusedAs(failure, 'organizationId', 'is not an organization that Scalekit knows')
    : refusedAs(
        failure,
        '',
        'The key was refused: it cannot have these claims, some of which may be those of the caller',
      );
}
