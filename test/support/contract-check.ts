import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

import contract from '../../functions/openapi/openapi.json' with { type: 'json' };

/** An answer as received. */
export interface SeenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Referring {
  readonly $ref?: string;
}

interface Response extends Referring {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, Referring & { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, unknown>>;
}

type Paths = Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, Response> }>>>>;

const paths: Paths = contract.paths;

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: 'contract', ...contract });
const validators = new Map<string, ValidateFunction>();

/**
 * Throws if an answer does not match the contract of its route: status, required headers, content type and body.
 * Preflights and paths outside the contract are exempt.
 */
export function checkAgainstContract(method: string, path: string, answer: SeenAnswer): void {
  const template = templateOf(path);
  const operation = template === undefined ? undefined : paths[template]?.[method.toLowerCase()];
  if (template === undefined || operation === undefined) return;
  const broken = (what: string) => new Error(`${method} ${path}: ${answer.status} breaks the contract: ${what}`);
  const documented = operation.responses[answer.status];
  if (documented === undefined) throw broken('the status is not documented');
  const pointer =
    documented.$ref ??
    `#/paths/${template.replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${String(answer.status)}`;
  const { headers = {}, content } = resolve<Response>(documented);
  for (const [name, header] of Object.entries(headers)) {
    const isRequired = resolve<{ readonly required?: boolean }>(header).required === true;
    if (isRequired && answer.headers[name.toLowerCase()] === undefined) throw broken(`there is no ${name}`);
  }
  if (content === undefined) {
    if (answer.text !== '') throw broken(`there is a body: ${answer.text}`);
    return;
  }
  const type = String(answer.headers['content-type']).split(';')[0] ?? '';
  if (!(type in content)) throw broken(`the content type is ${type}`);
  const validate = validatorOf(`${pointer}/content/${type.replaceAll('/', '~1')}/schema`);
  if (!validate(parse(answer.text))) throw broken(`${ajv.errorsText(validate.errors)} in ${answer.text}`);
}

/** The contract's path that matches a request's path. A path without parameters takes precedence. */
function templateOf(path: string): string | undefined {
  const [plain = ''] = path.split('?');
  const sent = plain.replace(/\/$/, '').split('/');
  const known = Object.keys(paths).toSorted((one, other) => one.split('{').length - other.split('{').length);
  return known.find((template) => {
    const parts = template.split('/');
    const fits = (part: string, index: number) => part === sent[index] || (part.startsWith('{') && sent[index] !== '');
    return parts.length === sent.length && parts.every(fits);
  });
}

function validatorOf(pointer: string): ValidateFunction {
  const known = validators.get(pointer) ?? ajv.compile({ $ref: `contract${pointer.replaceAll(/[{}]/g, encodeURI)}` });
  validators.set(pointer, known);
  return known;
}

/** Resolves a reference within the contract. Returns any other value unchanged. */
function resolve<T>(value: Referring): T {
  if (value.$ref === undefined) return value as T;
  const steps = value.$ref.slice(2).split('/');
  return steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], contract) as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
