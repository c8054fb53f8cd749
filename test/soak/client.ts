import { clientOf, type Answer as HttpAnswer } from '../support/client.ts';
import { checkAgainstContract } from '../support/contract-check.ts';
import type { EmbeddedOutputs } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';
import type { Faults } from './faults.ts';
import type { Model, Times } from './model.ts';
import type { Tally } from './tally.ts';

/** How long a client waits after an outage. The API asks for 5 s; these clients are in a hurry. */
export const repeatAfterMs = 250;

/** The state that the clients of a run share. */
export interface World {
  readonly outputs: EmbeddedOutputs;
  readonly model: Model;
  readonly faults: Faults;
  readonly tally: Tally;
}

/** An answer with the times of its request and its arrival, in ms since the epoch. */
export interface Answer extends Times {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the contract was checked
  readonly json: any;
}

/** Sends a request to the key routes as one caller. */
export type Sender = (operation: string, method: string, path: string, body?: unknown) => Promise<Answer>;

/** A caller with a key. */
export function customer(world: World, key: string): Sender {
  return (operation, method, path, body) => {
    const { call } = clientOf(() => world.outputs);
    return told(world, operation, method, path, () => call(key, method, path, body));
  };
}

/** An operator, on the same routes of the second API. */
export function operator(world: World): Sender {
  return (operation, method, path, body) =>
    told(world, `operator: ${operation}`, method, path, () => callAsOperator(world.outputs, method, path, body));
}

/** An error that ends the run: the contract or the state of the key does not allow this answer. */
export function unexpected(operation: string, { status, json }: Answer, why = 'which is not expected here'): Error {
  return new Error(`${operation} was answered ${status} ${json?.code ?? ''}, ${why}: ${json?.detail ?? ''}`);
}

/** An answer outside the contract ends the run. An outage that no fault explains is counted as a wrong denial. */
async function told(
  { faults, tally }: World,
  operation: string,
  method: string,
  path: string,
  send: () => Promise<HttpAnswer>,
): Promise<Answer> {
  tally.request(operation);
  const sentAt = Date.now();
  const seen = await send();
  const answeredAt = Date.now();
  checkAgainstContract(method, path, seen);
  const { status, json } = seen;
  const answer: Answer = { status, json, sentAt, answeredAt };
  if (status !== 503) return answer;
  const fault = faults.explaining(sentAt, answeredAt);
  if (fault !== undefined) tally.outage(operation, fault, json.code);
  else tally.wrong('wrongDenies', `${operation} was answered 503 ${json.code} without a fault`, json.requestId);
  return answer;
}
