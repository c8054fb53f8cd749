import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sendAws } from '../aws/aws-request.ts';

/** Attempts per call. A repeat is safe: a call that is carried out several times leaves the same schedule. */
const maxAttempts = 3;

/** The part of a schedule that a caller chooses. */
export type ScheduleBody = Readonly<Record<string, unknown>>;

/** A schedule that invokes a target once, at a time in UTC, and then deletes itself. Parts of seconds are cut off. */
export function oneTime(description: string, at: Date, target: object): ScheduleBody {
  return {
    Description: description,
    ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: target,
  };
}

/** A call that EventBridge Scheduler answered with an error status. */
export class SchedulerError extends Error {
  override readonly name = 'SchedulerError';
  readonly code: number;
  /** The service refused every attempt, so nothing has changed. */
  readonly isRefusal: boolean;
  constructor(code: number, isRefusal: boolean) {
    super(`EventBridge Scheduler answered ${code}`);
    this.code = code;
    this.isRefusal = isRefusal;
  }
}

/**
 * One schedule of EventBridge Scheduler. Each call ends by `until` (ms since the epoch), and rejects with a
 * {@link SchedulerError} or the socket's error.
 */
export interface Schedule {
  /** Resolves to the expression of the schedule; `undefined` if there is none. */
  read(until: number): Promise<string | undefined>;
  /** Resolves to false if the schedule exists already. */
  create(body: ScheduleBody, until: number): Promise<boolean>;
  /** Resolves to false if there is no such schedule. */
  update(body: ScheduleBody, until: number): Promise<boolean>;
  /** A schedule that does not exist counts as deleted. */
  delete(until: number): Promise<void>;
}

/** The schedule of a name, in a group. */
export function scheduleNamed(name: string, groupName: string): Schedule {
  const path = `/schedules/${encodeURIComponent(name)}`;
  const query = `?groupName=${encodeURIComponent(groupName)}`;
  const bodyOf = (fields: ScheduleBody) => JSON.stringify({ GroupName: groupName, ...fields });
  return {
    async read(until) {
      const { status, body } = await call({ method: 'GET', path: path + query, body: '' }, 404, until);
      return status === 404 ? undefined : (JSON.parse(body) as { ScheduleExpression: string }).ScheduleExpression;
    },
    async create(fields, until) {
      // The service recognizes a repeat by its token.
      const body = bodyOf({ ...fields, ClientToken: randomUUID() });
      return (await call({ method: 'POST', path, body }, 409, until)).status !== 409;
    },
    async update(fields, until) {
      return (await call({ method: 'PUT', path, body: bodyOf(fields) }, 404, until)).status !== 404;
    },
    async delete(until) {
      await call({ method: 'DELETE', path: path + query, body: '' }, 404, until);
    },
  };
}

/** Sends a call until the answer is 200 or the `expected` status, at most {@link maxAttempts} times. */
async function call(
  request: { readonly method: string; readonly path: string; readonly body: string },
  expected: number,
  until: number,
) {
  let isRefusal = true;
  for (let attempt = 1; ; attempt += 1) {
    const pauseMs = Math.random() * 100 * 2 ** attempt;
    const isLast = () => attempt === maxAttempts || Date.now() + pauseMs >= until;
    try {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await sendAws('scheduler', { ...request, headers, timeoutMs: Math.max(1, until - Date.now()) });
      if (answer.status === 200 || answer.status === expected) return answer;
      isRefusal &&= answer.status >= 400 && answer.status < 500;
      const isPassing = answer.status === 429 || answer.status >= 500;
      if (!isPassing || isLast()) throw new SchedulerError(answer.status, isRefusal);
    } catch (error) {
      if (error instanceof SchedulerError || isLast()) throw error;
      isRefusal = false;
    }
    await delay(pauseMs);
  }
}
