import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { aws } from '../account.ts';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import type { Iam, Identity } from '../iam/iam.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { CallFaults } from './call-fault.ts';
import type { Queues } from './queues.ts';
import { requireAllowed } from './require.ts';

const Target = z.object({
  Arn: z.string(),
  RoleArn: z.string(),
  Input: z.string().default('{}'),
  DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
});

const Schedule = z.object({
  GroupName: z.string().default('default'),
  ScheduleExpression: z
    .string()
    .regex(/^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$/, 'only one-time schedules are served locally'),
  ScheduleExpressionTimezone: z.literal('UTC').default('UTC'),
  FlexibleTimeWindow: z.object({ Mode: z.literal('OFF') }),
  ActionAfterCompletion: z.literal('DELETE'),
  Target,
  ClientToken: z.string().optional(),
});

interface Row {
  readonly group_name: string;
  readonly name: string;
  readonly due_at: number;
  readonly target: string;
  readonly client_token: string | null;
}

/** The longest that a timer of Node's can wait. */
const maxDelayMs = 2 ** 31 - 1;

/** A stand-in for EventBridge Scheduler: one-time schedules that invoke a function and delete themselves. They outlive a restart. */
export class Scheduler {
  readonly #database: DatabaseSync;
  readonly #groups: readonly string[];
  readonly #iam: Iam;
  readonly #lambda: () => LambdaService;
  readonly #queues: Queues;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Of the calls that change something. */
  readonly faults = new CallFaults();

  constructor(
    database: DatabaseSync,
    groups: readonly string[],
    services: { readonly iam: Iam; readonly lambda: () => LambdaService; readonly queues: Queues },
  ) {
    this.#database = database;
    this.#groups = groups;
    this.#iam = services.iam;
    this.#lambda = services.lambda;
    this.#queues = services.queues;
  }

  /** The schedules that there are, soonest first. */
  get schedules(): { readonly name: string; readonly at: string }[] {
    return this.#rows().map(({ name, due_at }) => ({ name, at: new Date(due_at).toISOString() }));
  }

  /** Takes up what an earlier run left. */
  start(): void {
    for (const row of this.#rows()) this.#arm(row);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Answers one call; throws {@link AwsError} as the service would answer. */
  async call(call: AwsCall): Promise<JsonAnswer> {
    const [, name] = /^\/schedules\/([0-9A-Za-z_.-]{1,64})$/.exec(call.path) ?? [];
    const operation = name === undefined ? undefined : operations[call.method];
    if (name === undefined || operation === undefined)
      throw new AwsError(
        'UnknownOperationException',
        `${call.method} ${call.path} of EventBridge Scheduler is not served locally`,
        404,
      );
    const answer = async () => ({ status: 200, body: await this[operation](name, call) });
    return operation === 'get' ? answer() : this.faults.carryOut(answer);
  }

  async create(name: string, { principal, body }: AwsCall): Promise<unknown> {
    const { row, known } = await this.#parse('scheduler:CreateSchedule', name, principal, body);
    if (known && (known.client_token === null || known.client_token !== row.client_token))
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    this.#store(row);
    return { ScheduleArn: scheduleArn(row.group_name, name) };
  }

  async get(name: string, { principal, query }: AwsCall): Promise<unknown> {
    const group = query.get('groupName') ?? 'default';
    await this.#require(principal, 'scheduler:GetSchedule', scheduleArn(group, name));
    const row = this.#find(group, name);
    if (!row) throw notFound(name);
    const ScheduleExpression = `at(${new Date(row.due_at).toISOString().slice(0, 19)})`;
    return { Name: name, GroupName: group, ScheduleExpression, Target: JSON.parse(row.target) };
  }

  async update(name: string, { principal, body }: AwsCall): Promise<unknown> {
    const { row, known } = await this.#parse('scheduler:UpdateSchedule', name, principal, body);
    if (!known) throw notFound(name);
    this.#store(row);
    return { ScheduleArn: scheduleArn(row.group_name, name) };
  }

  async delete(name: string, { principal, query }: AwsCall): Promise<unknown> {
    const group = query.get('groupName') ?? 'default';
    await this.#require(principal, 'scheduler:DeleteSchedule', scheduleArn(group, name));
    if (!this.#find(group, name)) throw notFound(name);
    this.#remove(group, name);
    return {};
  }

  async #parse(action: string, name: string, principal: Identity, body: Buffer) {
    const parsed = Schedule.safeParse(parseJson(body));
    if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
    const { GroupName, ScheduleExpression, Target: target, ClientToken = null } = parsed.data;
    await this.#require(principal, action, scheduleArn(GroupName, name));
    await this.#require(principal, 'iam:PassRole', target.RoleArn, {
      'iam:PassedToService': 'scheduler.amazonaws.com',
    });
    if (!this.#groups.includes(GroupName))
      throw new AwsError('ResourceNotFoundException', `Schedule group ${GroupName} does not exist.`, 404);
    if (!(await this.#assume(target.RoleArn, GroupName)))
      throw new AwsError(
        'ValidationException',
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      );
    const due_at = Date.parse(`${ScheduleExpression.slice(3, -1)}Z`);
    const row: Row = { group_name: GroupName, name, due_at, target: JSON.stringify(target), client_token: ClientToken };
    return { row, known: this.#find(GroupName, name) };
  }

  async #fire({ group_name, name, due_at, target: text }: Row): Promise<void> {
    const target = Target.parse(JSON.parse(text));
    const role = await this.#assume(target.RoleArn, group_name);
    const delivered = role ? await this.#lambda().invokeLater(target.Arn, JSON.parse(target.Input), role) : 'denied';
    if (delivered !== 'done' && role && target.DeadLetterConfig)
      await this.#queues.send(role, target.DeadLetterConfig.Arn, target.Input).catch(() => {}); // IAM has told of it
    if (this.#find(group_name, name)?.due_at === due_at) this.#remove(group_name, name); // else it was moved meanwhile
  }

  #assume(roleArn: string, group: string): Promise<Identity | undefined> {
    const sourceArn = `arn:${aws.partition}:scheduler:${aws.region}:${aws.accountId}:schedule-group/${group}`;
    return this.#iam.assumeRole(roleArn, 'scheduler', { service: 'scheduler.amazonaws.com', sourceArn });
  }

  async #require(principal: Identity, action: string, resource: string, context?: Record<string, string>) {
    await requireAllowed(this.#iam, { principal, action, resource, ...(context ? { context } : {}) }, 403);
  }

  #arm(row: Row): void {
    const key = `${row.group_name}/${row.name}`;
    clearTimeout(this.#timers.get(key));
    const waitMs = Math.max(0, row.due_at - Date.now());
    const next = () => (waitMs > maxDelayMs ? this.#arm(row) : void this.#fire(row));
    this.#timers.set(key, setTimeout(next, Math.min(waitMs, maxDelayMs)));
  }

  #store(row: Row): void {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO schedule (group_name, name, due_at, target, client_token) VALUES (?, ?, ?, ?, ?)',
      )
      .run(row.group_name, row.name, row.due_at, row.target, row.client_token);
    this.#arm(row);
  }

  #remove(group: string, name: string): void {
    const key = `${group}/${name}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#database.prepare('DELETE FROM schedule WHERE group_name = ? AND name = ?').run(group, name);
  }

  #find(group: string, name: string): Row | undefined {
    const row = this.#database.prepare('SELECT * FROM schedule WHERE group_name = ? AND name = ?').get(group, name);
    return row as Row | undefined;
  }

  #rows(): Row[] {
    return this.#database.prepare('SELECT * FROM schedule ORDER BY due_at').all() as unknown as Row[];
  }
}

const operations: Readonly<Record<string, 'create' | 'get' | 'update' | 'delete'>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  DELETE: 'delete',
};

function scheduleArn(group: string, name: string): string {
  return `arn:${aws.partition}:scheduler:${aws.region}:${aws.accountId}:schedule/${group}/${name}`;
}

function notFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
}
