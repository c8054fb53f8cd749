import { msPerDay, soonDays } from '../days.ts';
import { readEnvironment, requireEnvironment } from '../environment.ts';
import { causeOf, logger } from '../logger.ts';
import { oneTime, scheduleNamed } from '../rotation/scheduler.ts';

/** How many days before its end a key's owner is reminded. */
const leadDays = [soonDays, 7, 1] as const;

/** EventBridge Scheduler is exact to a minute, and a key that has ended cannot be looked up any more. */
const beforeEndMs = 60_000;

/** How long planning may take. */
const planMs = 2_000;

/** A key with an end. */
export interface ExpiringKey {
  readonly keyId: string;
  readonly organizationId: string;
  /** RFC 3339; absent for a key that does not expire. */
  readonly expiresAt?: string;
}

/** The next reminder of a key's end. `daysLeft` is 0 for the end itself. */
export interface NextReminder {
  readonly at: Date;
  readonly daysLeft: number;
}

/** The reminder that follows a time (ms since the epoch); `undefined` after the last. */
export function nextReminder(expiresAt: string, after: number): NextReminder | undefined {
  const end = Date.parse(expiresAt);
  const all = [
    ...leadDays.map((daysLeft) => ({ at: end - daysLeft * msPerDay, daysLeft })),
    { at: end - beforeEndMs, daysLeft: 0 },
  ];
  const next = all.find(({ at }) => at > after);
  return next && { at: new Date(next.at), daysLeft: next.daysLeft };
}

/** Plans reminders: one schedule per key at a time, which plans the next. */
export interface Reminders {
  /**
   * Plans the first reminder after a time (ms), by default now. Never fails: a key is good without reminders. A failure is
   * logged as an error.
   */
  plan(key: ExpiringKey, after?: number): Promise<void>;
}

/** The reminders of the function's environment; none if the setting is off. `targetArn` is the function that reminds. */
export function remindersFromEnvironment(targetArn = readEnvironment('REMINDER_TARGET_ARN')): Reminders {
  const groupName = readEnvironment('REMINDER_SCHEDULE_GROUP');
  if (groupName === undefined || targetArn === undefined) return { plan: async () => {} };
  const roleArn = requireEnvironment('REMINDER_ROLE_ARN');
  return {
    async plan({ keyId, organizationId, expiresAt }, after = Date.now()) {
      const next = expiresAt === undefined ? undefined : nextReminder(expiresAt, after);
      if (!next) return;
      const { at, daysLeft } = next;
      const until = Date.now() + planMs;
      const Input = JSON.stringify({ organizationId, keyId, expiresAt, daysLeft });
      const body = oneTime('Reminds of the end of an API key', at, { Arn: targetArn, RoleArn: roleArn, Input });
      try {
        // Each reminder has a name of its own, because Scheduler may delete a schedule only after its function has run. If there is
        // one of that name, an earlier attempt made it.
        await scheduleNamed(`expiry-${keyId}-${daysLeft}`, groupName).create(body, until);
      } catch (cause) {
        logger.error('reminder_not_planned', { keyId, ...causeOf(cause) });
      }
    },
  };
}
