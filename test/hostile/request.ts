/** A request in parts, each of which goes out as it is. */
export interface RequestParts {
  readonly method?: string;
  /** Behind the stage. */
  readonly path?: string;
  /** In the place of stage and path. */
  readonly target?: string;
  /** Whole lines, without their ends. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Whether more is to come on the connection. */
  readonly keepAlive?: boolean;
}

/** Writes a request for the wire, one character a byte. It is well formed where its parts are. */
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

/** The header that a key is sent by. */
export function bearer(key: string): string {
  return `Authorization: Bearer ${key}`;
}

/** A text as its bytes in UTF-8, one character a byte. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
