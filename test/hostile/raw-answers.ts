/** One HTTP answer as received. */
export interface RawAnswer {
  readonly status: number;
  /** Names are in lower case. Of several values the last is kept. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const endOfHead = '\r\n\r\n';

/**
 * Reads the complete answers at the start of the received bytes, several if requests were pipelined. `Content-Length` gives
 * the length of a body; without it, the body ends when the connection closes. Interim answers are left out.
 */
export function readAnswers(bytes: Buffer, { isHead, closed }: { isHead: boolean; closed: boolean }): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const headLength = rest.indexOf(endOfHead);
    if (headLength < 0) return answers;
    const [statusLine = '', ...lines] = rest.subarray(0, headLength).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0);
    const headers = new Map(lines.map(fieldOf));
    const body = rest.subarray(headLength + endOfHead.length);
    const length = bodyLength(status, headers, isHead) ?? (closed ? body.length : Number.POSITIVE_INFINITY);
    if (body.length < length) return answers;
    const isInterim = status >= 100 && status < 200;
    if (!isInterim) answers.push({ status, headers, body: body.subarray(0, length).toString('utf8') });
    rest = body.subarray(length);
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function bodyLength(status: number, headers: ReadonlyMap<string, string>, isHead: boolean): number | undefined {
  if (isHead || (status >= 100 && status < 200) || status === 204 || status === 304) return 0;
  const declared = headers.get('content-length');
  return declared === undefined ? undefined : Number(declared);
}
