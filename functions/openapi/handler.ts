import contract from '../../contract/openapi.json' with { type: 'json' };
import { openEndpoint } from '../../shared/endpoint.ts';
import { ok } from '../../shared/result.ts';

/** Shows the contract of this API, as it is committed: what a client is made from. It can reach nothing else. */
export const handler = openEndpoint({}, async () => ok({ status: 200, body: contract }));
