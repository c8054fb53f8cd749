import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { overlapSchedulesFromEnvironment } from '../../shared/rotation/overlap-schedules.ts';
import { createRotation } from '../../shared/rotation/rotation.ts';
import { RotateKeyInput } from './schema.ts';

const { scalekit, mutations, cache } = keyServices();
const rotation = createRotation(scalekit, mutations, overlapSchedulesFromEnvironment(), cache);

/** Puts a new key in the place of one, which ends at once or after an overlap. The plain key is in this answer and nowhere else. */
export const handler = keyEndpoint(RotateKeyInput, async (input, { by, path }) => {
  const rotated = await rotation.rotate(input.path.keyId, input.body, by);
  if (!rotated.ok) return rotated;
  return ok({
    status: 201,
    headers: { Location: path.replace(/[^/]+\/rotate\/?$/, rotated.value.keyId) },
    body: rotated.value,
  });
});
