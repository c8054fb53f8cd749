import { setTimeout as delay } from 'node:timers/promises';
import { sendAws } from '../aws/aws-request.ts';
import { UnexpectedStatus } from '../aws/http-request.ts';
import { msPerDay } from '../days.ts';
import { requireEnvironment } from '../environment.ts';
import { type Outage, outage } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { meterOf } from './meter.ts';
import { usagePlanIdsFromEnvironment } from './plan-settings.ts';

/** The requests of one day, UTC. */
export interface DayOfUse {
  /** `2030-01-31`. */
  readonly date: string;
  readonly requests: number;
}

/** The meters of organizations: API keys of API Gateway in usage plans. Every call may be repeated. */
export interface Meters {
  /** Makes the meter of an organization on a plan, if there is none. API Gateway counts by it some time later. */
  create(organizationId: string, plan: string): Promise<Result<void, Outage>>;
  delete(organizationId: string, plan: string): Promise<Result<void, Outage>>;
  /** The days from `from` to `to`, both `2030-01-31`. */
  usage(organizationId: string, plan: string, from: string, to: string): Promise<Result<DayOfUse[], Outage>>;
  /** How many meters the account has: API Gateway allows 10,000 API keys in a region. */
  count(): Promise<Result<number, Outage>>;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

interface Usage {
  readonly values?: Readonly<Record<string, readonly number[][]>>;
}

interface ApiKeys {
  readonly item?: readonly { readonly id: string; readonly name: string }[];
  readonly position?: string;
}

/** API Gateway takes few of these calls per second, for the whole account. All calls of one operation must end by then. */
export const metersMs = 8_000;

/** The meters of the API that the function's environment names: `METERED_API_ID`, `USAGE_PLAN_IDS`, `METRICS_DEPLOYMENT`. */
export function metersFromEnvironment(): Meters {
  const apiId = requireEnvironment('METERED_API_ID');
  const planIds = usagePlanIdsFromEnvironment();
  const deployment = requireEnvironment('METRICS_DEPLOYMENT');
  const nameOf = (organizationId: string, plan: string) => `${deployment} ${organizationId} ${plan}`;

  /** The id of an API key by its name, of which API Gateway finds all that begin so. */
  async function find(organizationId: string, plan: string, until: number): Promise<string | undefined> {
    const name = nameOf(organizationId, plan);
    const path = `/apikeys?limit=500&name=${encode(name)}`;
    const { item = [] } = await call<ApiKeys>({ method: 'GET', path }, until);
    return item.find((one) => one.name === name)?.id;
  }

  return {
    create: (organizationId, plan) =>
      settled(async (until) => {
        const name = nameOf(organizationId, plan);
        const body = { name, enabled: true, value: meterOf(apiId, organizationId, plan) };
        const made = await call<{ readonly id?: string }>({ method: 'POST', path: '/apikeys', body }, until, 409);
        const keyId = made.id ?? (await find(organizationId, plan, until));
        if (keyId === undefined) throw new Error('API Gateway has a meter and does not list it');
        const path = `/usageplans/${planIds[plan]}/keys`;
        await call({ method: 'POST', path, body: { keyId, keyType: 'API_KEY' } }, until, 409);
      }),
    delete: (organizationId, plan) =>
      settled(async (until) => {
        const keyId = await find(organizationId, plan, until);
        if (keyId !== undefined) await call({ method: 'DELETE', path: `/apikeys/${keyId}` }, until, 404);
      }),
    usage: (organizationId, plan, from, to) =>
      settled(async (until) => {
        const keyId = await find(organizationId, plan, until);
        if (keyId === undefined) return [];
        const query = `keyId=${keyId}&startDate=${from}&endDate=${to}&limit=500`;
        const path = `/usageplans/${planIds[plan]}/usage?${query}`;
        const { values = {} } = await call<Usage>({ method: 'GET', path }, until);
        const start = Date.parse(from);
        return (values[keyId] ?? []).map(([requests = 0], day) => ({
          date: new Date(start + day * msPerDay).toISOString().slice(0, 10),
          requests,
        }));
      }),
    count: () =>
      settled(async (until) => {
        let count = 0;
        let position: string | undefined;
        do {
          const at = position === undefined ? '' : `&position=${encode(position)}`;
          const page: ApiKeys = await call({ method: 'GET', path: `/apikeys?limit=500${at}` }, until);
          count += page.item?.length ?? 0;
          position = page.position;
        } while (position !== undefined);
        return count;
      }),
  };
}

function encode(text: string): string {
  return encodeURIComponent(text);
}

async function settled<T>(work: (until: number) => Promise<T>): Promise<Result<T, Outage>> {
  try {
    return ok(await work(Date.now() + metersMs));
  } catch (cause) {
    return fail(outage({ kind: 'unreachable', cause }));
  }
}

/** Sends a call. Repeats it while API Gateway limits us, until a time (ms). With the status `expected` the answer is empty. */
async function call<T = object>({ method, path, body }: Call, until: number, expected?: number): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const answer = await sendAws('apigateway', {
      method,
      path,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: body === undefined ? '' : JSON.stringify(body),
      timeoutMs: Math.max(1, until - Date.now()),
    });
    if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.body || '{}') as T;
    if (answer.status === expected) return {} as T;
    const pauseMs = 200 * 2 ** attempt * (1 + Math.random());
    if ((answer.status !== 429 && answer.status < 500) || Date.now() + pauseMs >= until)
      throw new UnexpectedStatus('API Gateway', answer);
    await delay(pauseMs);
  }
}
