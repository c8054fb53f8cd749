import type { HeaderFields } from '../http/header-fields.ts';

/** Request headers that API Gateway does not pass to a function. */
const droppedRequestHeaders = new Set([
  'connection',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

/** Response headers of an integration that reach the client as `x-amzn-Remapped-NAME` only. */
const remappedResponseHeaders = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'trailer',
  'upgrade',
  'www-authenticate',
]);

/** Request headers that a mapping must not set: an integration that tries answers 500. */
const unmappableRequestHeaders = new Set([
  'authorization',
  'connection',
  'content-length',
  'expect',
  'proxy-authenticate',
  'te',
]);

/** The fields that a function receives. */
export function handedOn(fields: HeaderFields): HeaderFields {
  return fields.filter(([name]) => !droppedRequestHeaders.has(name.toLowerCase()));
}

/** Whether a request mapping of this header makes API Gateway fail. */
export function isUnmappable(name: string): boolean {
  return unmappableRequestHeaders.has(name.toLowerCase());
}

/** The name under which an integration's header reaches the client; `undefined` if it is dropped. */
export function responseHeaderName(name: string): string | undefined {
  if (name.toLowerCase() === 'transfer-encoding') return undefined;
  return remappedResponseHeaders.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name;
}

/** Both forms in which events carry headers or query parameters; the single-value map keeps the last duplicate. */
export function toMaps(fields: HeaderFields): { single: Record<string, string>; multi: Record<string, string[]> } {
  const grouped = Object.entries(Object.groupBy(fields, ([name]) => name));
  return {
    single: Object.fromEntries(fields),
    multi: Object.fromEntries(grouped.map(([name, same = []]) => [name, same.map(([, value]) => value)])),
  };
}
