/** The parts of a request. Each is sent unchanged. */
export interface RequestParts {
  readonly method?: string;
  /** The path after the stage. */
  readonly path?: string;
  /** Replaces stage and path. */
  readonly target?: string;
  /** Complete lines, without line ends. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Whether more requests follow on the connection. */
  readonly keepAlive?: boolean;
}

/** Serializes a request, one character per byte. It is well formed if its parts are. */
export function request(parts: RequestParts): string {
  const { method = 'GET', path = '/whoami', target = `/v1${path}`, headers = [], body, keepAlive = false } = parts;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: api.example',
    ...headers,
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
    ...(keepAlive ? [] : ['Connection: close']),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** The header that carries a key. */
export function bearer(key: string): string {
  return `Authorization: Bearer ${key}`;
}

/** A string as its UTF-8 bytes, one character per byte. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
