import { Annotations } from 'aws-cdk-lib';
import type { ApiFunction } from './lambda/api-function.ts';

/** Of the 4,096 bytes that AWS Lambda allows for all variables of a function. */
const maxBytes = 2_500;

/** Tells the function that serves the contract which routes of backends the API has. */
export class ServedContract {
  readonly #function: ApiFunction;
  readonly #routes = new Set<string>();

  constructor(contract: ApiFunction) {
    this.#function = contract;
  }

  /** Shows a route in the contract. OpenAPI cannot describe `ANY`. Once there is no room, a warning says so. */
  show(method: string, path: string, operationName?: string): void {
    if (method === 'ANY') return;
    const route = [method, path, ...(operationName === undefined ? [] : [operationName])].join(':');
    const routes = [...this.#routes, route].join(' ');
    if (Buffer.byteLength(routes) > maxBytes) {
      const told = `The contract at /openapi.json shows the first ${this.#routes.size} routes of backends: there is no room for more.`;
      Annotations.of(this.#function).addWarningV2('ApiKeyAuth:contractRoutes', told);
      return;
    }
    this.#routes.add(route);
    this.#function.addEnvironment('BACKEND_ROUTES', routes);
  }
}
