import { authorizerCacheFromEnvironment } from '../../shared/authorizer-cache.ts';
import { keyEndpoint } from '../../shared/endpoint.ts';
import { overlapSchedulesFromEnvironment } from '../../shared/overlap-schedules.ts';
import { ok } from '../../shared/result.ts';
import { createRotation } from '../../shared/rotation.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { RotateKeyInput } from './schema.ts';

const rotation = createRotation(
  scalekitFromEnvironment(),
  overlapSchedulesFromEnvironment(),
  authorizerCacheFromEnvironment(),
);

/** Puts a new key in the place of one, which ends at once or after an overlap. The plain key is in this answer and nowhere else. */
export const handler = keyEndpoint(RotateKeyInput, async (input, { actor, path }) => {
  const rotated = await rotation.rotate(input.path.keyId, input.body, actor);
  if (!rotated.ok) return rotated;
  return ok({
    status: 201,
    headers: { Location: path.replace(/[^/]+\/rotate\/?$/, rotated.value.keyId) },
    body: rotated.value,
  });
});
