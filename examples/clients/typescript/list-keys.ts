// Prints the id of every API key that API_KEY can see, one per line. See ../README.md.

const maxRetries = 3;
/** For a longer wait, the program exits. */
const longestWaitSeconds = 60;

/** The fields that this client reads: of a page of keys, or of a problem. */
interface Answer {
  readonly keys?: readonly { readonly keyId: string }[];
  readonly nextPageToken?: string;
  readonly code?: string;
  readonly detail?: string;
}

class Failure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Gets one page; retries `throttled` and `upstream_unavailable`. */
async function getPage(url: URL, key: string): Promise<Required<Pick<Answer, 'keys'>> & Answer> {
  for (let retries = 0; ; retries++) {
    const response = await fetch(url, {
      headers: { Authorization: `Bearer ${key}` },
      redirect: 'manual', // the API never redirects, so a redirect is not its answer
      signal: AbortSignal.timeout(30_000),
    });
    const { keys, nextPageToken, code, detail } = parse(await response.text());

    if (response.status === 200) {
      if (!Array.isArray(keys)) throw new Failure(1, '200: the answer is not a page of keys');
      return { keys, ...(nextPageToken && { nextPageToken }) };
    }
    switch (code) {
      case 'invalid_token':
        throw new Failure(3, `${code}: replace the API key`);
      case 'throttled':
      case 'upstream_unavailable': {
        const seconds = retryAfter(response.headers) ?? 2 ** retries;
        if (retries === maxRetries || seconds > longestWaitSeconds)
          throw new Failure(4, `${code}: the API key may be good; keep it and retry in ${seconds} s`);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        break;
      }
      default:
        throw new Failure(1, `${response.status} ${code ?? 'unknown'}: ${detail ?? 'not an answer of the API'}`);
    }
  }
}

/** A proxy may answer HTML. That has no code, and is no reason to replace the key. */
function parse(text: string): Answer {
  try {
    return (JSON.parse(text) ?? {}) as Answer;
  } catch {
    return {};
  }
}

function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('Retry-After') ?? '';
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

async function listKeys(): Promise<void> {
  const { API_URL, API_KEY = '', PAGE_SIZE = '30' } = process.env;
  if (!API_URL) throw new Failure(1, 'API_URL is not set');
  // fetch would also refuse such a key, but would quote it in its error.
  if (!/^[!-~]+$/.test(API_KEY))
    throw new Failure(1, 'API_KEY is not set, or contains a space, a line break or another character that no key has');

  const url = new URL(`${API_URL.replace(/\/$/, '')}/keys`);
  url.searchParams.set('pageSize', PAGE_SIZE);
  while (true) {
    const { keys, nextPageToken } = await getPage(url, API_KEY);
    for (const { keyId } of keys) console.log(keyId);
    if (!nextPageToken) return; // only a missing token marks the end: a page may be empty
    url.searchParams.set('pageToken', nextPageToken);
  }
}

try {
  await listKeys();
} catch (error) {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? `${message}: ${cause.message}` : message);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}
