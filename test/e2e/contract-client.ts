import contract from '../../functions/openapi/openapi.json' with { type: 'json' };
import type { Answer } from '../support/client.ts';
import { send, target } from './client.ts';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}

/**
 * Calls an operation of the contract by its id, with the admin's key. It knows only the contract, and throws if the contract
 * has no such operation, parameter or body. The answer is checked against the contract.
 */
export function operate(
  operationId: string,
  parameters: Readonly<Record<string, string | number>> = {},
  body?: object,
): Promise<Answer> {
  const { path, method, operation } = find(operationId);
  const documented = operation.parameters ?? [];
  for (const { name, required } of documented)
    if (required && !Object.hasOwn(parameters, name)) throw new Error(`${operationId} needs ${name}`);
  let filled = path;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    const place = documented.find((parameter) => parameter.name === name)?.in;
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (place === 'query') query.set(name, String(value));
    else throw new Error(`${operationId} has no parameter ${name}`);
  }
  const sent = bodyOf(operation, body);
  const headers = { ...sent?.headers, ...(operation.security ? {} : { Authorization: `Bearer ${target.adminKey}` }) };
  return send(method, query.size > 0 ? `${filled}?${query.toString()}` : filled, headers, sent?.text);
}

function find(operationId: string) {
  for (const [path, methods] of Object.entries(contract.paths))
    for (const [method, operation] of Object.entries<Operation>(methods))
      if (operation.operationId === operationId) return { path, method: method.toUpperCase(), operation };
  throw new Error(`the contract has no operation ${operationId}`);
}

function bodyOf({ operationId, requestBody }: Operation, body: object | undefined) {
  const [type] = Object.keys(requestBody?.content ?? {});
  if ((type === undefined) !== (body === undefined))
    throw new Error(`${operationId}: the contract and the call disagree on a body`);
  if (type === undefined || body === undefined) return undefined;
  const isForm = type === 'application/x-www-form-urlencoded';
  const text = isForm ? new URLSearchParams(Object.entries(body)).toString() : JSON.stringify(body);
  return { text, headers: { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(text)) } };
}
