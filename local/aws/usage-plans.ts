import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { arnOf } from '../account.ts';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import { jsonCall } from '../http/json-calls.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { CallFaultSchema, CallFaults } from './call-fault.ts';
import { type MeterRefusal, Meters } from './meters.ts';
import type { AwsService, Deployment, StandIn } from './stand-in.ts';

const NewKey = z.object({ name: z.string(), enabled: z.boolean(), value: z.string().regex(/^[0-9A-Za-z]{20,128}$/) });
const NewPlanKey = z.object({ keyId: z.string(), keyType: z.literal('API_KEY') });
const PropagationSchema = z.strictObject({ ms: z.int().min(0) });

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

/** A stand-in for the usage plans of API Gateway: those of the template, and the API keys that functions make. */
class UsagePlans implements AwsService {
  readonly #database: DatabaseSync;
  readonly #meters: Meters;
  readonly #faults = new CallFaults();

  constructor({ database, stacks }: Deployment) {
    this.#database = database;
    this.#meters = new Meters(database, stacks);
  }

  /** The names of the API keys that were made at run time. */
  get status() {
    const rows = this.#database.prepare('SELECT name FROM api_key WHERE created_at > 0 ORDER BY name').all();
    return { meters: (rows as { name: string }[]).map(({ name }) => name) };
  }

  readonly controls = {
    'PUT /apigateway/fault': jsonCall(CallFaultSchema, (fault) => this.#faults.set(fault)),
    /** How long a new API key is unknown to the gateway. */
    'PUT /apigateway/propagation': jsonCall(PropagationSchema, ({ ms }) => this.#meters.propagateAfter(ms)),
  };

  /** Counts a request; why it is refused, if it is. */
  count(apiId: string, stage: string, value: string | undefined): MeterRefusal | undefined {
    return this.#meters.count(apiId, stage, value);
  }

  close(): void {
    this.#meters.write();
  }

  async call(call: AwsCall): Promise<JsonAnswer> {
    const { method, path, require } = call;
    await require({ action: `apigateway:${method}`, resource: arnOf('apigateway', path), status: 403 });
    const answer = async () => this.#answer(call);
    return method === 'GET' ? answer() : this.#faults.carryOut(answer);
  }

  #answer({ method, path, query, body }: AwsCall): JsonAnswer {
    const [, planId = '', part] = /^\/usageplans\/([^/]+)\/(keys|usage)$/.exec(path) ?? [];
    const [, keyId] = /^\/apikeys\/([^/]+)$/.exec(path) ?? [];
    if (method === 'POST' && path === '/apikeys') return { status: 201, body: this.#createKey(parsed(NewKey, body)) };
    if (method === 'GET' && path === '/apikeys') return { status: 200, body: this.#list(query) };
    if (method === 'DELETE' && keyId !== undefined) return this.#deleteKey(keyId);
    if (method === 'POST' && part === 'keys') {
      const { keyId: id } = parsed(NewPlanKey, body);
      if (!this.#meters.addToPlan(planId, id)) throw conflict('Usage plan key already exists');
      return { status: 201, body: { id, type: 'API_KEY' } };
    }
    if (method === 'GET' && part === 'usage') return { status: 200, body: this.#usage(planId, query) };
    throw new AwsError('UnknownOperationException', `${method} ${path} of API Gateway is not served locally`, 404);
  }

  #createKey({ name, value }: z.output<typeof NewKey>): unknown {
    const id = `k${randomInt(2 ** 47).toString(36)}`;
    if (this.#database.prepare('SELECT 1 FROM api_key WHERE value = ?').get(value))
      throw conflict('API Key already exists');
    this.#database
      .prepare('INSERT INTO api_key (id, name, value, created_at) VALUES (?, ?, ?, ?)')
      .run(id, name, value, Date.now());
    return { id, name, enabled: true };
  }

  #list(query: URLSearchParams): unknown {
    const rows = this.#database
      .prepare('SELECT id, name FROM api_key WHERE substr(name, 1, length(?1)) = ?1 AND id > ?2 ORDER BY id LIMIT ?3')
      .all(
        query.get('name') ?? '',
        query.get('position') ?? '',
        Number(query.get('limit') ?? 25),
      ) as unknown as KeyRow[];
    const isFull = rows.length === Number(query.get('limit') ?? 25);
    return {
      item: rows.map(({ id, name }) => ({ id, name, enabled: true })),
      ...(isFull ? { position: rows.at(-1)?.id } : {}),
    };
  }

  #deleteKey(id: string): JsonAnswer {
    this.#database.prepare('DELETE FROM plan_key WHERE key_id = ?').run(id);
    const { changes } = this.#database.prepare('DELETE FROM api_key WHERE id = ?').run(id);
    if (changes === 0) throw new AwsError('NotFoundException', 'Invalid API Key identifier specified', 404);
    return { status: 202, body: {} };
  }

  #usage(planId: string, query: URLSearchParams): unknown {
    const [keyId = '', startDate = '', endDate = ''] = ['keyId', 'startDate', 'endDate'].map(
      (name) => query.get(name) ?? '',
    );
    return {
      usagePlanId: planId,
      startDate,
      endDate,
      values: { [keyId]: this.#meters.days(planId, keyId, startDate, endDate) },
    };
  }
}

function parsed<T>(schema: z.ZodType<T>, body: Buffer): T {
  const input = schema.safeParse(parseJson(body));
  if (!input.success) throw new AwsError('BadRequestException', z.prettifyError(input.error));
  return input.data;
}

function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message, 409);
}

export const usagePlans = {
  resources: {
    'AWS::ApiGateway::UsagePlan': ['ApiStages', 'Description', 'Quota', 'Tags', 'Throttle', 'UsagePlanName'],
    'AWS::ApiGateway::UsagePlanKey': 'all',
    'AWS::ApiGateway::ApiKey': ['Description', 'Enabled', 'Name', 'Value'],
  },
  start: (deployment) => new UsagePlans(deployment),
} satisfies StandIn<UsagePlans>;
