import { z } from 'zod';
import { arnOf } from '../account.ts';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import { jsonCall } from '../http/json-calls.ts';
import type { Iam, Identity } from '../iam/iam.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { CallFaultSchema, CallFaults } from './call-fault.ts';
import { type Schedule, Schedules } from './schedules.ts';
import type { AwsService, Deployment, StandIn } from './stand-in.ts';

const Target = z.object({
  Arn: z.string(),
  RoleArn: z.string(),
  Input: z.string().default('{}'),
  DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
});

const ScheduleInput = z.object({
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

/** A stand-in for EventBridge Scheduler: one-time schedules that invoke a function and delete themselves. */
class Scheduler implements AwsService {
  readonly #groups: readonly string[];
  readonly #iam: Iam;
  readonly #running: Deployment['running'];
  readonly #schedules: Schedules;
  /** The faults of calls that change a schedule. */
  readonly #faults = new CallFaults();

  constructor({ database, stacks, iam, running }: Deployment) {
    this.#groups = stacks.flatMap((stack) => stack.resources('AWS::Scheduler::ScheduleGroup').map(({ id }) => id));
    this.#iam = iam;
    this.#running = running;
    this.#schedules = new Schedules(database, (schedule) => void this.#fire(schedule));
  }

  /** All schedules, soonest first. */
  get status() {
    const all = this.#schedules.all();
    return { schedules: all.map(({ name, due_at }) => ({ name, at: new Date(due_at).toISOString() })) };
  }

  readonly controls = {
    'PUT /scheduler/fault': jsonCall(CallFaultSchema, (fault) => this.#faults.set(fault)),
    /** Invokes the target of a schedule now, as if its time had come. */
    'POST /scheduler/due': jsonCall(z.strictObject({ name: z.string() }), ({ name }) => this.#fireNow(name)),
  };

  close(): void {
    this.#schedules.close();
  }

  /** Answers one call; throws {@link AwsError} as the service would answer. */
  async call(call: AwsCall): Promise<JsonAnswer> {
    const [, name] = /^\/schedules\/([0-9A-Za-z_.-]{1,64})$/.exec(call.path) ?? [];
    const operation = name === undefined ? undefined : this.#operations[call.method];
    if (name === undefined || operation === undefined)
      throw new AwsError(
        'UnknownOperationException',
        `${call.method} ${call.path} of EventBridge Scheduler is not served locally`,
        404,
      );
    const answer = async () => ({ status: 200, body: await operation(name, call) });
    return call.method === 'GET' ? answer() : this.#faults.carryOut(answer);
  }

  readonly #operations: Readonly<Record<string, (name: string, call: AwsCall) => Promise<unknown>>> = {
    GET: (name, call) => this.#get(name, call),
    POST: (name, call) => this.#create(name, call),
    PUT: (name, call) => this.#update(name, call),
    DELETE: (name, call) => this.#delete(name, call),
  };

  async #create(name: string, call: AwsCall): Promise<unknown> {
    const { schedule, known } = await this.#parse('scheduler:CreateSchedule', name, call);
    if (known && (known.client_token === null || known.client_token !== schedule.client_token))
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    this.#schedules.store(schedule);
    return { ScheduleArn: scheduleArn(schedule.group_name, name) };
  }

  async #get(name: string, { query, require }: AwsCall): Promise<unknown> {
    const group = query.get('groupName') ?? 'default';
    await require({ action: 'scheduler:GetSchedule', resource: scheduleArn(group, name), status: 403 });
    const schedule = this.#schedules.find(group, name);
    if (!schedule) throw notFound(name);
    const ScheduleExpression = `at(${new Date(schedule.due_at).toISOString().slice(0, 19)})`;
    return { Name: name, GroupName: group, ScheduleExpression, Target: JSON.parse(schedule.target) };
  }

  async #update(name: string, call: AwsCall): Promise<unknown> {
    const { schedule, known } = await this.#parse('scheduler:UpdateSchedule', name, call);
    if (!known) throw notFound(name);
    this.#schedules.store(schedule);
    return { ScheduleArn: scheduleArn(schedule.group_name, name) };
  }

  async #delete(name: string, { query, require }: AwsCall): Promise<unknown> {
    const group = query.get('groupName') ?? 'default';
    await require({ action: 'scheduler:DeleteSchedule', resource: scheduleArn(group, name), status: 403 });
    if (!this.#schedules.find(group, name)) throw notFound(name);
    this.#schedules.remove(group, name);
    return {};
  }

  async #parse(action: string, name: string, { body, require }: AwsCall) {
    const parsed = ScheduleInput.safeParse(parseJson(body));
    if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
    const { GroupName, ScheduleExpression, Target: target, ClientToken = null } = parsed.data;
    await require({ action, resource: scheduleArn(GroupName, name), status: 403 });
    const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
    await require({ action: 'iam:PassRole', resource: target.RoleArn, context, status: 403 });
    if (!this.#groups.includes(GroupName))
      throw new AwsError('ResourceNotFoundException', `Schedule group ${GroupName} does not exist.`, 404);
    if (!(await this.#assume(target.RoleArn, GroupName)))
      throw new AwsError(
        'ValidationException',
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      );
    const schedule: Schedule = {
      group_name: GroupName,
      name,
      due_at: Date.parse(`${ScheduleExpression.slice(3, -1)}Z`),
      target: JSON.stringify(target),
      client_token: ClientToken,
    };
    return { schedule, known: this.#schedules.find(GroupName, name) };
  }

  async #fireNow(name: string): Promise<void> {
    const schedule = this.#schedules.all().find((one) => one.name === name);
    if (!schedule) throw notFound(name);
    await this.#fire(schedule);
  }

  async #fire({ group_name, name, due_at, target: text }: Schedule): Promise<void> {
    const { lambda, sendDeadLetter } = await this.#running;
    const target = Target.parse(JSON.parse(text));
    const role = await this.#assume(target.RoleArn, group_name);
    const delivered = role ? await lambda.invokeLater(target.Arn, JSON.parse(target.Input), role) : 'denied';
    if (delivered !== 'done' && role && target.DeadLetterConfig)
      await sendDeadLetter(role, target.DeadLetterConfig.Arn, target.Input).catch(() => {}); // IAM reports why
    const wasMoved = this.#schedules.find(group_name, name)?.due_at !== due_at;
    if (!wasMoved) this.#schedules.remove(group_name, name);
  }

  #assume(roleArn: string, group: string): Promise<Identity | undefined> {
    const sourceArn = arnOf('scheduler', `schedule-group/${group}`);
    return this.#iam.assumeRole(roleArn, 'scheduler', { service: 'scheduler.amazonaws.com', sourceArn });
  }
}

export const scheduler = {
  resources: { 'AWS::Scheduler::ScheduleGroup': 'all' },
  start: (deployment) => new Scheduler(deployment),
} satisfies StandIn;

function scheduleArn(group: string, name: string): string {
  return arnOf('scheduler', `schedule/${group}/${name}`);
}

function notFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
}
