import { withCaller } from 'scalekit-api-keys-aws/caller';

/** A plain handler. It runs only if there is a caller. */
export const handler = withCaller(async (_event, { organizationId, userId }) => ({
  statusCode: 200,
  body: JSON.stringify({ organizationId, userId }),
}));
