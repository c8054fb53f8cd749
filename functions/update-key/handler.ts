import { vocabularyFromEnvironment } from '../../shared/authorization/vocabulary.ts';
import { suspensionsFromEnvironment } from '../../shared/decision-cache/suspensions.ts';
import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { updateKey } from '../../shared/keys/update-key.ts';
import { planOfFromEnvironment } from '../../shared/plans/plan-of.ts';
import { ok } from '../../shared/result.ts';
import { UpdateKeyInput } from './schema.ts';

const services = { ...keyServices(planOfFromEnvironment()), suspensions: suspensionsFromEnvironment() };
const knows = vocabularyFromEnvironment();

/** Changes description, scope or claims of a key within the caller's authority. Answers with the changed key. */
export const handler = keyEndpoint(services, UpdateKeyInput, async ({ path, body }, { by }) => {
  const updated = await updateKey(services, path.keyId, body, by, knows);
  return updated.ok ? ok({ status: 200, body: updated.value }) : updated;
});
