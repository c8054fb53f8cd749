import { withCaller } from 'scalekit-api-keys-aws/caller';

/** A plain handler: it runs with a caller, or not at all. */
export const handler = withCaller(async (_event, { organizationId, userId }) => ({
  statusCode: 200,
  body: JSON.stringify({ organizationId, userId }),
}));
