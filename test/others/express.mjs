// An Express app behind the guard of examples/sdks. Prints its port.
import sdk from '@scalekit-sdk/node';
import express from 'express';
import { requireApiKey } from '../../examples/sdks/node/express-guard.ts';

const client = new sdk.ScalekitClient(
  process.env.SCALEKIT_ENVIRONMENT_URL,
  process.env.SCALEKIT_CLIENT_ID,
  process.env.SCALEKIT_CLIENT_SECRET,
);
const server = express()
  .use(requireApiKey(client))
  .get('/', (_request, response) => response.json({ organizationId: response.locals.key.organizationId }))
  .listen(0, '127.0.0.1', () => console.log(server.address().port));
