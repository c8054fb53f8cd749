import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod';
import { type Failure, type FieldError, invalid } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';

/** The input of a route: a schema for each part of the request that it reads. */
export interface RequestSchema {
  readonly path?: z.ZodType;
  readonly query?: z.ZodType;
  /** JSON. */
  readonly body?: z.ZodType;
  /** `application/x-www-form-urlencoded`, in place of a JSON body. */
  readonly form?: z.ZodType;
}

/** The parts of a request as their schemas parse them. */
export type Input<S extends RequestSchema> = {
  readonly [Part in keyof S]: S[Part] extends z.ZodType ? z.output<S[Part]> : never;
};

/** Many times the size of any body that a route accepts. Parsing a larger body would be wasted work. */
export const maxBodyCharacters = 65_536;

/** The most errors in one answer. */
const maxErrors = 20;

/**
 * Parses the parts of a request that a route reads. A route without a query schema accepts no query parameters. All errors are
 * reported at once, as one `invalid_request` that names each field.
 */
export function parseRequest<S extends RequestSchema>(
  event: APIGatewayProxyEvent,
  schema: S,
): Result<Input<S>, Failure> {
  const query = queryOf(event);
  if (!query.ok) return query;
  const [unexpected] = schema.query ? [] : Object.keys(query.value);
  if (unexpected !== undefined) return fail(invalid(unexpected, 'is not a parameter of this route'));
  const body = schema.body ? bodyOf(event) : ok(undefined);
  if (!body.ok) return body;
  const form = schema.form ? formOf(event) : ok(undefined);
  if (!form.ok) return form;
  const raw = { path: event.pathParameters ?? {}, query: query.value, body: body.value, form: form.value };
  const errors: FieldError[] = [];
  const input: Record<string, unknown> = {};
  for (const part of ['path', 'query', 'body', 'form'] as const) {
    const parsed = schema[part]?.safeParse(raw[part]);
    if (parsed?.success === false) errors.push(...parsed.error.issues.slice(0, maxErrors).flatMap(toFieldErrors));
    else if (parsed) input[part] = parsed.data;
  }
  return errors.length > 0
    ? fail({ kind: 'invalid_request', errors: errors.slice(0, maxErrors) })
    : ok(input as Input<S>);
}

function queryOf(event: APIGatewayProxyEvent): Result<Record<string, string>, Failure> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, values = []] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    const [value = '', ...others] = values;
    if (others.length > 0) return fail(invalid(name, 'is sent more than once'));
    query[name] = value;
  }
  return ok(query);
}

/** API Gateway's replacement for bytes that are not UTF-8. */
const replacementCharacter = '\uFFFD';

/** The headers by their names in lower case. */
export function headersOf({ headers }: APIGatewayProxyEvent): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value = '']) => [name.toLowerCase(), value]));
}

/** The body as a string, also if API Gateway passed it in base64; `""` if there is none. */
export function bodyText({ body, isBase64Encoded }: APIGatewayProxyEvent): string {
  return isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
}

function textOf(event: APIGatewayProxyEvent): Result<string, Failure> {
  const text = bodyText(event);
  if (text.length > maxBodyCharacters)
    return fail(invalid('', `The body has more than ${maxBodyCharacters} characters.`));
  if (text.includes(replacementCharacter)) {
    return fail(invalid('', 'The body is not valid UTF-8, or contains the character U+FFFD.'));
  }
  return ok(text);
}

function formOf(event: APIGatewayProxyEvent): Result<Record<string, string>, Failure> {
  const text = textOf(event);
  if (!text.ok) return text;
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text.value)) {
    if (name in fields) return fail(invalid(name, 'is sent more than once'));
    fields[name] = value;
  }
  return ok(fields);
}

function bodyOf(event: APIGatewayProxyEvent): Result<unknown, Failure> {
  const text = textOf(event);
  if (!text.ok) return text;
  try {
    return ok(JSON.parse(text.value.replace(byteOrderMark, ''), refuseProto));
  } catch (error) {
    if (error instanceof ProtoMember) return fail(invalid('__proto__', 'is not allowed as a name'));
    return fail(invalid('', text.value === '' ? 'The body is empty: send a JSON object, {} at least.' : notJson));
  }
}

/** Some programs begin JSON with it; a parser may ignore it (RFC 8259, 8.1). */
const byteOrderMark = /^\uFEFF/;

const notJson = 'The body is not a JSON object.';

class ProtoMember extends Error {}

/** Assigning `__proto__` sets no member, so a claim of that name would be lost. It is refused instead. */
function refuseProto(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new ProtoMember();
  return value;
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'invalid_key')
    return [{ path: path.slice(0, 100), message: `has a name that ${issue.issues[0]?.message}` }];
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys
    .slice(0, maxErrors)
    .map((key) => key.slice(0, 100))
    .map((key) => ({ path: path ? `${path}.${key}` : key, message: 'is not a field of this request' }));
}
