import aws4 from 'aws4';

interface SignedRequest {
  readonly service: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `''` for none. */
  readonly body: string;
  readonly withinMs: number;
}

/** Signs a request with AWS Signature Version 4, sends it, and reads the whole answer. Rejects as fetch does. */
export async function signedFetch(url: URL, request: SignedRequest): Promise<{ response: Response; text: string }> {
  const { service, region, credentials, method, headers, body, withinMs } = request;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const path = url.pathname + url.search;
  const signed = aws4.sign(
    { service, region, host: url.host, method, path, headers, body },
    { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
  );
  // fetch sets these two itself.
  const { Host: _host, 'Content-Length': _length, ...sent } = signed.headers as Record<string, string>;
  const signal = AbortSignal.timeout(withinMs);
  const response = await fetch(url, { method, headers: sent, signal, ...(body === '' ? {} : { body }) });
  return { response, text: await response.text() };
}
