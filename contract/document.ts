import { namedSchemas, parametersOf, schemaReference } from './json-schemas.ts';
import { type Operation, operations } from './operations.ts';
import { type ProblemName, problems } from './problems.ts';

/** Headers of some answers, in addition to the headers of every answer. */
const headers = {
  Location: { description: 'The path of the new key.', required: true, schema: { type: 'string' } },
  RetryAfter: {
    description: 'Seconds to wait before a retry.',
    required: true,
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
  Challenge: {
    description: 'Sent when the key is refused before the route is reached.',
    schema: { type: 'string' },
  },
};

const headerReference = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` });

/** The contract of the customers' API as an OpenAPI 3.1 document, made from the schemas with which the functions parse. */
function contractDocument() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'API keys',
      version: '1.0.0',
      summary: 'API keys of an organization, managed with API keys.',
      description:
        'Send a key as `Authorization: Bearer KEY`. Every error is an RFC 9457 problem. Its `code` says how to react. ' +
        'Functions send it as `application/problem+json`, the gateway as `application/json`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/v1' }],
    security: [{ key: [] }],
    tags: [
      { name: 'keys', description: 'Managing keys.' },
      { name: 'open', description: 'Routes that need no key.' },
      { name: 'backend', description: 'Routes that keys protect.' },
    ],
    paths: mapValues(operations, (methods) => mapValues(methods, toOperation)),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
      headers,
      responses: mapValues(problemNames, toResponse),
      schemas: { ...namedSchemas(), ...problemSchemas() },
    },
  };
}

/** The document as it is committed. */
export function contractText(): string {
  return `${JSON.stringify(contractDocument(), null, 2)}\n`;
}

function toOperation(operation: Operation) {
  const { operationId, summary, description, tag } = operation;
  const parameters = parametersIn(operation);
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(tag === 'open' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(operation),
    responses: {
      ...success(operation),
      ...Object.fromEntries(operation.problems.map((name) => [problems[name].status, responseReference(name)])),
    },
  };
}

function parametersIn({ path, query }: Operation) {
  const named = (place: string, object: Operation['path']) =>
    (object ? parametersOf(object) : []).map(({ name, isRequired, schema }) => ({
      name,
      in: place,
      ...(isRequired ? { required: true } : {}),
      schema,
    }));
  return [...named('path', path), ...named('query', query)];
}

function requestBody({ body, isForm }: Operation) {
  if (body === undefined) return {};
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  return { requestBody: { required: true, content: { [type]: { schema: schemaReference(body) } } } };
}

function success({ success: { status, description, body, hasLocation } }: Operation) {
  return {
    [status]: {
      description,
      ...(hasLocation ? { headers: { Location: headerReference('Location') } } : {}),
      ...(body === undefined ? {} : { content: { 'application/json': { schema: schemaReference(body) } } }),
    },
  };
}

const responseReference = (name: ProblemName) => ({ $ref: `#/components/responses/${name}` });

const problemNames = Object.fromEntries(Object.keys(problems).map((name) => [name, name as ProblemName]));

/** The schema of each problem, with its possible codes. */
function problemSchemas() {
  const entries = Object.entries(problems).map(([name, { status, codes }]) => [
    `${name}Problem`,
    {
      allOf: [
        schemaReference('Problem'),
        {
          type: 'object',
          properties: {
            status: { const: status },
            code: { enum: codes },
            successorId: { type: 'string' },
            scope: { type: 'string' },
          },
          required: [
            'status',
            'code',
            ...(name === 'AlreadyRotated' ? ['successorId'] : []),
            ...(name === 'LacksScope' ? ['scope'] : []),
          ],
        },
      ],
    },
  ]);
  return Object.fromEntries(entries);
}

/** A problem from a function or the gateway, with the headers that go with it. */
function toResponse(name: ProblemName) {
  const { status, description } = problems[name];
  const media = { schema: schemaReference(`${name}Problem`) };
  return {
    description,
    ...(name === 'Unauthorized' ? { headers: { 'WWW-Authenticate': headerReference('Challenge') } } : {}),
    ...(status === 429 || status === 503 ? { headers: { 'Retry-After': headerReference('RetryAfter') } } : {}),
    content: { 'application/json': media, 'application/problem+json': media },
  };
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
