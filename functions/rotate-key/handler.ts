import { lifetimesFromEnvironment } from '../../shared/authorization/lifetime.ts';
import { keyEndpoint, keyPath } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { planOfFromEnvironment } from '../../shared/plans/plan-of.ts';
import { remindersFromEnvironment } from '../../shared/reminders/reminders.ts';
import { ok } from '../../shared/result.ts';
import { overlapSchedulesFromEnvironment } from '../../shared/rotation/overlap-schedules.ts';
import { rotateKey } from '../../shared/rotation/rotate-key.ts';
import { RotateKeyInput } from './schema.ts';

const services = { ...keyServices(planOfFromEnvironment()), schedules: overlapSchedulesFromEnvironment() };
const lifetimes = lifetimesFromEnvironment();
const reminders = remindersFromEnvironment();

/**
 * Replaces a key with a new one. The old key ends at once or after an overlap. The plain key is in this answer and nowhere else.
 */
export const handler = keyEndpoint(services, RotateKeyInput, async (input, { by, path }) => {
  const rotated = await rotateKey(services, input.path.keyId, input.body, by, lifetimes);
  if (!rotated.ok) return rotated;
  await reminders.plan(rotated.value);
  return ok({ status: 201, headers: { Location: keyPath(path, rotated.value.keyId) }, body: rotated.value });
});
