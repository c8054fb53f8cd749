import { endpoint } from '../../shared/endpoint/endpoint.ts';
import { ok } from '../../shared/result.ts';

/** The example backend: answers with the caller that the authorizer passed on. It can reach nothing else. */
export const handler = endpoint({}, async (_input, { caller }) => ok({ status: 200, body: caller }));
