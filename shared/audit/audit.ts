import type { Initiator } from '../authentication/actor.ts';
import { isOperator } from '../authentication/actor.ts';
import { sendAws } from '../aws/aws-request.ts';
import { requireEnvironment } from '../environment.ts';
import { causeOf, logger } from '../logger.ts';
import { type MetricName, measure, metricFields } from '../metrics.ts';

/** What can happen to a key; `detail-type` is `ApiKey …`. */
export type AuditType = 'Created' | 'Updated' | 'Rotated' | 'Revoked';

/** Who caused a change of a key. */
export type AuditActor =
  | { readonly type: 'key'; readonly keyId: string; readonly organizationId: string; readonly userId?: string }
  | { readonly type: 'operator'; readonly userArn: string }
  /** Whoever held the plain key. */
  | { readonly type: 'holder' }
  /** The end of a rotation's overlap. */
  | { readonly type: 'schedule' }
  | { readonly type: 'scalekit'; readonly eventId: string };

/** Who caused it, by which request, and why. */
export interface AuditCause {
  readonly actor: AuditActor;
  readonly requestId: string;
  readonly reason: string;
}

/** One change of one key; never the plain key, and of its fields the names only. */
export interface AuditEvent extends AuditCause {
  readonly type: AuditType;
  readonly organizationId: string;
  readonly keyId: string;
  readonly userId?: string;
  /** Of `Rotated`: the key in whose place this one is. */
  readonly previousKeyId?: string;
  /** Names of the fields that were set or changed: `description`, `customClaims.env`. */
  readonly fields: readonly string[];
}

/** The record of all that happens to keys. */
export interface Audit {
  /** Logs and sends an event. Never fails, for what it tells of has happened: one that can't be sent is logged as an error. */
  record(event: AuditEvent): Promise<void>;
}

const metrics: Record<AuditType, MetricName> = {
  Created: 'KeysCreated',
  Updated: 'KeysUpdated',
  Rotated: 'KeysRotated',
  Revoked: 'KeysRevoked',
};

/** `source` of every event. */
const source = 'api-keys';

/** The longest that a record takes. */
export const auditTimeoutMs = 2_000;

/** The audit that sends to the event bus that `AUDIT_EVENT_BUS` names. */
export function auditFromEnvironment(): Audit {
  const EventBusName = requireEnvironment('AUDIT_EVENT_BUS');
  return {
    async record(event) {
      measure(metrics[event.type]);
      logger.info('audit', { audit: event, ...metricFields() });
      await send(EventBusName, event);
    },
  };
}

async function send(EventBusName: string, { type, ...detail }: AuditEvent): Promise<void> {
  const entry = { EventBusName, Source: source, DetailType: `ApiKey ${type}`, Detail: JSON.stringify(detail) };
  const { keyId } = detail;
  try {
    const answer = await sendAws('events', {
      method: 'POST',
      path: '/',
      headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSEvents.PutEvents' },
      body: JSON.stringify({ Entries: [entry] }),
      timeoutMs: auditTimeoutMs,
    });
    const isSent = answer.status === 200 && failedEntries(answer.body) === 0;
    if (!isSent) logNotSent({ keyId, status: answer.status });
  } catch (cause) {
    logNotSent({ keyId, ...causeOf(cause) });
  }
}

function logNotSent(fields: Record<string, unknown>): void {
  measure('AuditFailures');
  logger.error('audit_not_sent', { ...fields, ...metricFields() });
}

function failedEntries(body: string): number {
  return (JSON.parse(body) as { FailedEntryCount?: number }).FailedEntryCount ?? 0;
}

/** The cause of a change that somebody asked for over the API. */
export function causedBy({ actor, requestId }: Initiator, reason: string): AuditCause {
  if (isOperator(actor)) return { actor: { type: 'operator', userArn: actor.userArn }, requestId, reason };
  const { keyId, organizationId, userId } = actor;
  const key = { type: 'key', keyId, organizationId, ...(userId === undefined ? {} : { userId }) } as const;
  return { actor: key, requestId, reason };
}
