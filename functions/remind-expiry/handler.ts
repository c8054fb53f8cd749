import type { Context } from 'aws-lambda';
import { auditFromEnvironment } from '../../shared/audit/audit.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { remind } from '../../shared/reminders/remind.ts';
import { remindersFromEnvironment } from '../../shared/reminders/reminders.ts';
import { keyDirectoryFromEnvironment } from '../../shared/scalekit/scalekit.ts';
import { secretsFromEnvironment } from '../../shared/scalekit/secrets.ts';
import { ReminderDue } from './schema.ts';

const metrics = createMetrics();
const scalekit = keyDirectoryFromEnvironment(metrics, secretsFromEnvironment());
const audit = auditFromEnvironment(metrics);

/**
 * Puts an event on the audit bus for a key that ends soon, and plans the next. Throws if it cannot be decided whether the key needs
 * one: Lambda retries.
 */
export async function handler(event: unknown, { awsRequestId, invokedFunctionArn }: Context): Promise<void> {
  const due = ReminderDue.parse(event);
  const reminders = remindersFromEnvironment(invokedFunctionArn);
  const reminded = await remind({ scalekit, audit, reminders }, due, awsRequestId);
  if (reminded.ok) return logger.info('reminder', { ...due, outcome: reminded.value, ...metrics.take() });
  const { kind } = reminded.failure;
  const cause = 'cause' in reminded.failure ? causeOf(reminded.failure.cause) : {};
  logger.error(kind, { ...due, ...cause, ...metrics.take() });
  throw new Error(`the reminder of ${due.keyId} was not sent: ${kind}`);
}
