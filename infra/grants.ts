import type { AuditTrail } from './audit-trail.ts';
import type { DecisionTable } from './decision-table.ts';
import type { Grants } from './deployed-functions.ts';
import type { ExpiryReminders } from './expiry-reminders.ts';
import type { KeyRotation } from './key-rotation.ts';
import type { ScalekitParameters } from './scalekit-parameters.ts';
import type { WorkQueue } from './work-queue.ts';

interface Granting {
  readonly rotation: KeyRotation;
  readonly parameters: ScalekitParameters;
  readonly audit: AuditTrail;
  readonly decisions: DecisionTable;
  readonly work: WorkQueue;
  readonly reminders: ExpiryReminders | undefined;
}

/** How each permission of a function is given. */
export function grantsOf({ rotation, parameters, audit, decisions, work, reminders }: Granting): Grants {
  if (reminders) {
    parameters.grantRead(reminders.function);
    audit.grantRecord(reminders.function);
  }
  return {
    remind: (maker) => reminders?.grantPlan(maker),
    schedule: (rotator) => rotation.grantSchedule(rotator),
    webhookSecret: (reader) => parameters.grantReadWebhookSecret(reader),
    scalekit: (reader) => parameters.grantRead(reader),
    record: (recorder) => audit.grantRecord(recorder),
    decide: (authorizer) => decisions.grantDecide(authorizer),
    mark: (changer) => decisions.grantMark(changer),
    suspend: (changer) => decisions.grantSuspend(changer),
    findId: (changer) => decisions.grantFindId(changer),
    putWork: (giver) => work.grantPut(giver),
    takeWork: (worker) => work.grantTake(worker),
    readUses: (reader) => decisions.grantReadUses(reader),
    readEnded: (reader) => decisions.grantReadEnded(reader),
    checkTokens: (maker) => decisions.grantCheckTokens(maker),
    readPlan: (maker) => decisions.grantReadPlans(maker),
  };
}
