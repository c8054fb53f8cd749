import { z } from 'zod';
import type { GatewayAnswer } from './answer.ts';
import { responseHeaderName } from './headers.ts';

const HeaderValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The result that a Lambda proxy integration may return. Any other member or type is a 502. */
const ProxyResult = z.strictObject({
  statusCode: z
    .union([
      z.int(),
      z
        .string()
        .regex(/^\d{3}$/)
        .transform(Number),
    ])
    .pipe(z.number().min(100).max(599))
    .default(200),
  headers: z.record(z.string(), HeaderValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(HeaderValue)).nullish(),
  body: z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Turns a proxy result into an answer; `undefined` when it is malformed. `decode`: whether base64 is decoded. */
export function toAnswer(result: unknown, decode: boolean): GatewayAnswer | undefined {
  const parsed = ProxyResult.safeParse(result);
  if (!parsed.success) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = parsed.data;
  const merged = mergeHeaders(multiValueHeaders ?? {}, headers ?? {});
  if (!merged.some(([name]) => name.toLowerCase() === 'content-type'))
    merged.push(['Content-Type', 'application/json']);
  return {
    status: statusCode,
    headers: merged.flatMap(([name, value]): [string, string][] => {
      const seen = responseHeaderName(name);
      return seen === undefined ? [] : [[seen, value]];
    }),
    body: Buffer.from(body ?? '', isBase64Encoded && decode ? 'base64' : 'utf8'),
    traced: true,
  };
}

/** Values of `multiValueHeaders` come first, and its spelling of a name wins. */
function mergeHeaders(multi: Record<string, string[]>, single: Record<string, string>): [string, string][] {
  const merged = Object.entries(multi).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  for (const [name, value] of Object.entries(single)) {
    const spelling = merged.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[0] ?? name;
    merged.push([spelling, value]);
  }
  return merged;
}
