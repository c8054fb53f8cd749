import { lifetimesFromEnvironment } from '../../shared/authorization/lifetime.ts';
import { vocabularyFromEnvironment } from '../../shared/authorization/vocabulary.ts';
import { keyEndpoint, keyPath } from '../../shared/endpoint/endpoint.ts';
import { limitFromEnvironment } from '../../shared/environment.ts';
import { createKey } from '../../shared/keys/create-key.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { planOfFromEnvironment } from '../../shared/plans/plan-of.ts';
import { remindersFromEnvironment } from '../../shared/reminders/reminders.ts';
import { ok } from '../../shared/result.ts';
import { CreateKeyInput } from './schema.ts';

const services = keyServices(planOfFromEnvironment());
const reminders = remindersFromEnvironment();
const rules = {
  maxKeysPerUser: limitFromEnvironment('MAX_KEYS_PER_USER'),
  knows: vocabularyFromEnvironment(),
  lifetimes: lifetimesFromEnvironment(),
};

/** Creates a key of the caller's organization. The plain key is in this answer and nowhere else. */
export const handler = keyEndpoint(services, CreateKeyInput, async ({ body }, { by, path }) => {
  const created = await createKey(services, body, by, rules);
  if (!created.ok) return created;
  await reminders.plan(created.value);
  return ok({ status: 201, headers: { Location: keyPath(path, created.value.keyId) }, body: created.value });
});
