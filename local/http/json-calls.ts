import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type JsonAnswer, type JsonServer, parseJson, serveJson } from './http-json.ts';

/** Answers a call, given its body as a JSON value. */
type JsonCall = (body: unknown) => JsonAnswer | Promise<JsonAnswer>;

/** Calls by `METHOD /path?query`, which must match exactly. */
export type JsonCalls = Readonly<Record<string, JsonCall>>;

/** A call whose body must fit a schema; another body is a 400. The result of `handle` is the answer; no result is a 204. */
export function jsonCall<T>(schema: z.ZodType<T>, handle: (input: T) => unknown): JsonCall {
  return async (body) => {
    const input = schema.safeParse(body);
    if (!input.success) return { status: 400, body: { message: input.error.message } };
    const answer = await handle(input.data);
    return { status: answer === undefined ? 204 : 200, body: answer };
  };
}

/** A call without a body. */
export function bareCall(handle: () => unknown): JsonCall {
  return jsonCall(z.unknown(), handle);
}

/** Serves a table of calls to clients that send `Authorization: Bearer TOKEN`; any other call is a 404 that lists them. */
export function serveCalls(calls: JsonCalls, token: string): Promise<JsonServer> {
  return serveJson(async (request, body) => {
    if (!isBearer(request.headers.authorization, token))
      return {
        status: 401,
        body: {
          message: 'Send the header Authorization: Bearer TOKEN, where TOKEN is the controlToken in outputs.json.',
        },
      };
    const name = `${request.method} ${request.url}`;
    const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
    const message = `There is no call ${name} here. The calls are: ${Object.keys(calls).join(', ')}`;
    return call ? call(parseJson(body)) : { status: 404, body: { message } };
  });
}

function isBearer(sent: string | undefined, token: string): boolean {
  const expected = Buffer.from(`Bearer ${token}`);
  const given = Buffer.from(sent ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
