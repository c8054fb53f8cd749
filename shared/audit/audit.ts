import { type Initiator, isOperator } from '../authentication/actor.ts';
import type { Caller } from '../authentication/caller.ts';
import { sendAwsJson } from '../aws/aws-request.ts';
import { eventSource, type MetricName } from '../deployment.ts';
import { requireEnvironment } from '../environment.ts';
import { causeOf, logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** The kinds of change of a key. The event's `detail-type` is `ApiKey …`. */
export type AuditType =
  | 'Created'
  | 'Updated'
  | 'Suspended'
  | 'Resumed'
  | 'Rotated'
  | 'Revoked'
  | 'Expiring'
  | 'Expired';

/** The actor that caused a change of a key. */
export type AuditActor =
  | { readonly type: 'key'; readonly keyId: string; readonly organizationId: string; readonly userId?: string }
  | { readonly type: 'session'; readonly sessionId: string; readonly organizationId: string; readonly userId: string }
  | { readonly type: 'client'; readonly clientId: string; readonly organizationId: string }
  | { readonly type: 'operator'; readonly userArn: string }
  /** A person on the page for keys. */
  | {
      readonly type: 'visitor';
      readonly linkId: string;
      readonly sessionId: string;
      readonly organizationId: string;
      readonly userId?: string;
    }
  /** The unknown holder of the plain key. */
  | { readonly type: 'holder' }
  /** The end of a rotation's overlap. */
  | { readonly type: 'schedule' }
  | { readonly type: 'scalekit'; readonly eventId: string };

/** The actor, the request and the reason of a change. */
export interface AuditCause {
  readonly actor: AuditActor;
  readonly requestId: string;
  readonly reason: string;
}

/** One change of one key. It has the names of the changed fields, not their values, and never the plain key. */
export interface AuditEvent extends AuditCause {
  readonly type: AuditType;
  readonly organizationId: string;
  readonly keyId: string;
  readonly userId?: string;
  /** For `Rotated`: the key that this one replaces. */
  readonly previousKeyId?: string;
  /** For `Expiring` and `Expired`: the end of the key, in RFC 3339. */
  readonly expiresAt?: string;
  /** For `Expiring` and `Expired`: how many days are left. */
  readonly daysLeft?: number;
  /** Names of the fields that were set or changed: `description`, `customClaims.env`. */
  readonly fields: readonly string[];
}

/** The record of all changes of keys. */
export interface Audit {
  /** Logs and sends an event. Never fails: the change has already been made. An event that cannot be sent is logged as an error. */
  record(event: AuditEvent): Promise<void>;
}

/** The reminders change no key. */
const metricOf: Record<AuditType, MetricName | undefined> = {
  Created: 'KeysCreated',
  Updated: 'KeysUpdated',
  Suspended: 'KeysUpdated',
  Resumed: 'KeysUpdated',
  Rotated: 'KeysRotated',
  Revoked: 'KeysRevoked',
  Expiring: undefined,
  Expired: undefined,
};

/** The longest time that a record takes. */
export const auditTimeoutMs = 2_000;

/** The audit that sends events to the bus in `AUDIT_EVENT_BUS`. */
export function auditFromEnvironment(metrics: Metrics): Audit {
  const EventBusName = requireEnvironment('AUDIT_EVENT_BUS');
  const notSent = (fields: Record<string, unknown>) => {
    metrics.measure('AuditFailures');
    logger.error('audit_not_sent', { ...fields, ...metrics.take() });
  };
  return {
    async record(event) {
      const { type, ...detail } = event;
      const { keyId } = detail;
      const metric = metricOf[type];
      if (metric) metrics.measure(metric);
      logger.info('audit', { audit: event, ...metrics.take() });
      const entry = { EventBusName, Source: eventSource, DetailType: `ApiKey ${type}`, Detail: JSON.stringify(detail) };
      try {
        const { status, body } = await sendAwsJson(
          'events',
          'PutEvents',
          { Entries: [entry] },
          { timeoutMs: auditTimeoutMs },
        );
        if (status !== 200 || failedEntries(body) > 0) notSent({ keyId, status });
      } catch (cause) {
        notSent({ keyId, ...causeOf(cause) });
      }
    },
  };
}

function failedEntries(body: string): number {
  return (JSON.parse(body) as { FailedEntryCount?: number }).FailedEntryCount ?? 0;
}

/** The cause of a change that was requested over the API. */
export function causedBy({ actor, requestId }: Initiator, reason: string): AuditCause {
  if (isOperator(actor)) return { actor: { type: 'operator', userArn: actor.userArn }, requestId, reason };
  const { organizationId, userId } = actor;
  if ('linkId' in actor) {
    const { linkId, sessionId } = actor;
    const visitor = withoutUndefined({ linkId, sessionId, organizationId, userId });
    return { actor: { type: 'visitor', ...visitor }, requestId, reason };
  }
  return { actor: callerOf(actor), requestId, reason };
}

function callerOf(caller: Caller): AuditActor {
  const { organizationId, userId } = caller;
  switch (caller.credential) {
    case 'session':
      return { type: 'session', sessionId: caller.sessionId, organizationId, userId: caller.userId };
    case 'client':
      return { type: 'client', clientId: caller.clientId, organizationId };
    default:
      return { type: 'key', ...withoutUndefined({ keyId: caller.keyId, organizationId, userId }) };
  }
}
