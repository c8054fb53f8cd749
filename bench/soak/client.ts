import { checkAgainstContract } from '../../test/contract-check.ts';
import type { EmbeddedOutputs } from '../../test/runtime-process.ts';
import { sendSigned } from '../../test/signed-request.ts';
import type { Faults } from './faults.ts';
import type { Model, Times } from './model.ts';
import type { Tally } from './tally.ts';

/** How long a client waits after an outage: it is told 5 s, and in a hurry. */
export const repeatAfterMs = 250;

/** What the clients of a run share. */
export interface World {
  readonly outputs: EmbeddedOutputs;
  readonly model: Model;
  readonly faults: Faults;
  readonly tally: Tally;
}

/** An answer, and when it was asked for and came, in ms since the epoch. */
export interface Answer extends Times {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the contract was checked
  readonly json: any;
}

/** Sends a request to routes of keys, as somebody. */
export type Sender = (operation: string, method: string, path: string, body?: unknown) => Promise<Answer>;

/** Whoever holds a key. */
export function customer(world: World, key: string): Sender {
  return (operation, method, path, body) => {
    const headers = { Authorization: `Bearer ${key}` };
    const content = body instanceof URLSearchParams ? body : JSON.stringify(body);
    const init = { method, headers, ...(body === undefined ? {} : { body: content }) };
    return exchange(world, operation, method, path, () => fetch(world.outputs.apiUrl + path, init));
  };
}

/** An operator, on the same routes of the second API. */
export function operator(world: World): Sender {
  const { operatorUrl, organizationId, aws } = world.outputs;
  const url = `${operatorUrl}/organizations/${organizationId}`;
  return (operation, method, path, body) =>
    exchange(world, `operator: ${operation}`, method, path, () => sendSigned(aws, method, url + path, body));
}

/** An error that ends the run: an answer that the contract does not have for a request, or not in this state. */
export function unexpected(operation: string, { status, json }: Answer, why = 'which is not expected here'): Error {
  return new Error(`${operation} was answered ${status} ${json?.code ?? ''}, ${why}: ${json?.detail ?? ''}`);
}

/** What the contract does not have for a route ends the run; an outage without a fault that explains it is a wrong denial. */
async function exchange(
  { faults, tally }: World,
  operation: string,
  method: string,
  path: string,
  send: () => Promise<Response>,
): Promise<Answer> {
  tally.request(operation);
  const sentAt = Date.now();
  const response = await send();
  const text = await response.text();
  const answeredAt = Date.now();
  const { status } = response;
  const headers = Object.fromEntries(response.headers);
  checkAgainstContract(method, path, { status, headers, text });
  const json = text === '' ? undefined : JSON.parse(text);
  const answer: Answer = { status, json, sentAt, answeredAt };
  if (status !== 503) return answer;
  const fault = faults.explaining(sentAt, answeredAt);
  if (fault !== undefined) tally.outage(operation, fault, json.code);
  else tally.wrong('wrongDenies', `${operation} was answered 503 ${json.code} without a fault`, json.requestId);
  return answer;
}
