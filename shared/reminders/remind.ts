import type { Audit } from '../audit/audit.ts';
import { msPerDay } from '../days.ts';
import type { Failure } from '../failure.ts';
import { ok, type Result } from '../result.ts';
import { successorsOf } from '../rotation/successors.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Reminders } from './reminders.ts';

/** How long the successors of a key are searched. */
const searchMs = 10_000;

/** A reminder that is due. */
export interface ReminderDue {
  readonly organizationId: string;
  readonly keyId: string;
  readonly expiresAt: string;
  /** 0 for the end itself. */
  readonly daysLeft: number;
}

interface RemindServices {
  readonly scalekit: KeyDirectory;
  readonly audit: Audit;
  readonly reminders: Reminders;
}

/** Records that a key ends soon, or ends now, and plans the next reminder. A key that was ended or rotated needs none. */
export async function remind(
  { scalekit, audit, reminders }: RemindServices,
  { organizationId, keyId, expiresAt, daysLeft }: ReminderDue,
  requestId: string,
): Promise<Result<'reminded' | 'not_needed', Failure>> {
  const found = await scalekit.lookUp(keyId, { waitsForLimit: true });
  if (!found.ok) return found;
  const key = found.value;
  if (!key || key.organizationId !== organizationId || key.expiresAt !== expiresAt) return ok('not_needed');
  const everyKey = { userArn: 'schedule', organizationId };
  const successors = await successorsOf(scalekit, keyId, key.userId, everyKey, Date.now() + searchMs);
  if (!successors.ok) return successors;
  if (successors.value.length > 0) return ok('not_needed');
  await audit.record({
    type: daysLeft === 0 ? 'Expired' : 'Expiring',
    ...withoutUndefined({ organizationId, keyId, userId: key.userId }),
    fields: [],
    expiresAt,
    daysLeft,
    actor: { type: 'schedule' },
    requestId,
    reason: 'expiry',
  });
  // A schedule has whole seconds, so it may fire a moment before the time of its reminder.
  const thisOne = Date.parse(expiresAt) - daysLeft * msPerDay;
  if (daysLeft > 0) await reminders.plan(key, Math.max(Date.now(), thisOne));
  return ok('reminded');
}
