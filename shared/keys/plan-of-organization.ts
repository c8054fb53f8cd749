import type { AuditCause } from '../audit/audit.ts';
import { type Failure, invalid, type Outage, outage } from '../failure.ts';
import type { KeyInfo, NewKey } from '../key.ts';
import { withStoredPlan } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import type { KeyServices } from './key-services.ts';
import { changeMs } from './time-limits.ts';

/** Finds the plan of an organization, which all of its keys have; `undefined` for none. */
export type PlanOf = (organizationId: string) => Promise<Result<string | undefined, Outage>>;

/** Refuses a plan that is asked for a key and is not that of the organization. Without `planOf`, operators choose plans freely. */
export async function requirePlanOfOrganization(
  organizationId: string,
  asked: string | undefined,
  planOf: PlanOf | undefined,
): Promise<Result<void, Failure>> {
  if (!planOf || asked === undefined) return ok(undefined);
  const plan = await planOf(organizationId);
  if (!plan.ok) return plan;
  const message = 'is not the plan of the organization: change that with PUT /organizations/{organizationId}/plan';
  return plan.value === asked ? ok(undefined) : fail(invalid('customClaims.plan', message));
}

/** Gives a new key the plan of its organization. */
export async function withOrganizationPlan(
  newKey: NewKey,
  planOf: PlanOf | undefined,
): Promise<Result<NewKey, Outage>> {
  if (!planOf) return ok(newKey);
  const plan = await planOf(newKey.organizationId);
  return plan.ok ? ok({ ...newKey, customClaims: withStoredPlan(newKey.customClaims, plan.value) }) : plan;
}

/**
 * Gives a key that was just made the plan that its organization has got meanwhile. Fails if that would take longer than `until`
 * (ms since the epoch). Nobody knows the key yet, so there is no other change that this one may undo.
 */
export async function keepOrganizationPlan(
  { scalekit, mutations, planOf }: Pick<KeyServices, 'scalekit' | 'mutations' | 'planOf'>,
  key: KeyInfo,
  cause: AuditCause,
  until: number,
): Promise<Result<KeyInfo, Failure>> {
  if (!planOf) return ok(key);
  const plan = await planOf(key.organizationId);
  if (!plan.ok) return plan;
  if (key.customClaims['plan'] === plan.value) return ok(key);
  if (Date.now() + changeMs(scalekit) > until) return fail(outage({ kind: 'slow', cause: new Error('late') }));
  const changed = await mutations.update(key, { customClaims: withStoredPlan(key.customClaims, plan.value) }, cause);
  return changed.ok ? changed : fail(outage(changed.failure));
}
