import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, clientOf, sdkOf } from '../support/client.ts';
import type { RuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';

/** An organization of a deployment with plans, and a key of it. */
export interface PlannedOrganization {
  readonly organizationId: string;
  readonly key: string;
  asOperator(method: string, path: string, body?: unknown): Promise<Answer>;
  newKey(body?: object): Promise<{ readonly key: string; readonly keyId: string }>;
  setPlan(plan: unknown): Promise<Answer>;
  /** Gives the organization a plan, and waits until it is promised to be active. */
  activate(plan: string | null): Promise<void>;
  /** Waits until a change to a plan is done. */
  eventually(plan: string | null): Promise<void>;
  /** Sends a request to a metered route, again if Scalekit answers too late: the machine may be busy. */
  use(who?: string): Promise<Answer>;
}

/** Makes a new organization. `runtime` is the current one: a test may start another. */
export async function newOrganization(runtime: () => RuntimeProcess): Promise<PlannedOrganization> {
  const { organization } = await sdkOf(runtime().outputs.scalekit).organization.createOrganization('Acme');
  const organizationId = organization?.id ?? '';
  const { call } = clientOf(() => runtime().outputs);
  const asOperator = (method: string, path: string, body?: unknown) =>
    callAsOperator({ ...runtime().outputs, organizationId }, method, path, body);
  const newKey = async (body: object = {}) => (await asOperator('POST', '/keys', body)).json;
  const { key } = await newKey({ scope: 'keys:read keys:write' });
  const setPlan = (plan: unknown) => asOperator('PUT', '/plan', { plan });
  return {
    organizationId,
    key,
    asOperator,
    newKey,
    setPlan,
    async activate(plan) {
      const answer = await setPlan(plan);
      if (answer.status !== 202) throw new Error(`PUT /plan was answered ${answer.status}: ${answer.text}`);
      await delay(Math.max(0, Date.parse(answer.json.activeAt) - Date.now()));
    },
    async eventually(plan) {
      for (const until = Date.now() + 40_000; ; await delay(200)) {
        const { change, plan: now } = (await asOperator('GET', '/usage')).json;
        if (change === undefined && now === plan) return;
        if (Date.now() >= until) throw new Error(`the plan is ${now}, not ${plan}`);
      }
    },
    async use(who = key) {
      for (let attempt = 1; ; attempt++) {
        const answer = await call(who, 'GET', '/whoami');
        if (answer.json?.code !== 'upstream_unavailable' || attempt === 5) return answer;
      }
    },
  };
}
