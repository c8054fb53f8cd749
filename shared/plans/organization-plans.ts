import { dynamoDbTable, type Item } from '../aws/dynamodb.ts';
import { requireEnvironment } from '../environment.ts';
import { type Outage, outage } from '../failure.ts';
import { parseJson } from '../parse-json.ts';
import { fail, ok, type Result } from '../result.ts';

/** The plan of an organization. */
export interface OrganizationPlan {
  /** The plan that its keys have; absent for none. */
  readonly plan?: string;
  /** A change that was asked for, and is not done. */
  readonly change?: PlanChange;
}

/** A change of an organization's plan. */
export interface PlanChange {
  /** Names the change: a later one replaces it. */
  readonly id: string;
  /** The plan before; absent for none. */
  readonly from?: string;
  /** The new plan; absent for none. */
  readonly to?: string;
  /** When all keys of the organization have the new plan, RFC 3339. */
  readonly activeAt: string;
}

/** An organization's plan as it was read, with its version. */
export interface StoredPlan extends OrganizationPlan {
  readonly version: number;
}

/** The plans of organizations. */
export interface OrganizationPlans {
  read(organizationId: string): Promise<Result<StoredPlan, Outage>>;
  /** Replaces the version that was read. Resolves to false if another change came first. */
  replace(organizationId: string, read: StoredPlan, by: OrganizationPlan): Promise<Result<boolean, Outage>>;
}

/** The longest time that a read or a write of a plan takes. */
export const planReadMs = 700;

/** The plans in the table that `DECISION_TABLE` names: `plan#ORGANIZATION`, which DynamoDB never deletes by itself. */
export function organizationPlansFromEnvironment(): OrganizationPlans {
  const table = dynamoDbTable(requireEnvironment('DECISION_TABLE'));
  const failed = (failure: { readonly kind: string; readonly cause?: unknown }) =>
    fail(outage({ kind: failure.kind, cause: failure.cause }));
  return {
    async read(organizationId) {
      const found = await table.getItem(keyOf(organizationId), { isConsistent: true, timeoutMs: planReadMs });
      if (!found.ok) return failed(found.failure);
      const stored = decode(found.value);
      // Never taken for an organization without a plan, which has no limits.
      return stored ? ok(stored) : failed({ kind: 'malformed', cause: new Error('the stored plan is malformed') });
    },
    async replace(organizationId, { version }, { plan, change }) {
      const item = {
        ...keyOf(organizationId),
        stateNumber: { N: String(version + 1) },
        planState: { S: JSON.stringify({ plan, change }) },
      };
      const condition =
        version === 0
          ? { expression: 'attribute_not_exists(id)', values: {} }
          : { expression: 'stateNumber = :version', values: { ':version': { N: String(version) } } };
      const put = await table.putItem(item, { condition, timeoutMs: planReadMs });
      if (put.ok) return ok(true);
      return put.failure.kind === 'condition_failed' ? ok(false) : failed(put.failure);
    },
  };
}

function keyOf(organizationId: string): Item {
  return { id: { S: `plan#${organizationId}` } };
}

/** The plan in an item, none without an item; `undefined` if the item does not have the form of {@link OrganizationPlan}. */
function decode(item: Item | undefined): StoredPlan | undefined {
  if (item === undefined) return { version: 0 };
  const [version, state] = [item['stateNumber'], item['planState']];
  if (!version || !state || !('N' in version) || !('S' in state)) return undefined;
  const plan = parseJson(state.S);
  return typeof plan === 'object' && plan !== null ? { ...plan, version: Number(version.N) } : undefined;
}
