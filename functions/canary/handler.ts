import { readSecureStrings } from '../../shared/aws/secure-strings.ts';
import { requireEnvironment } from '../../shared/environment.ts';
import { causeOf, logger } from '../../shared/logger.ts';

const url = requireEnvironment('CANARY_URL');
const keyParameter = requireEnvironment('CANARY_KEY_PARAMETER');
const storedBy = 'npm run keys -- create --canary';
const secretsTimeoutMs = 3_000;
/** API Gateway answers every request within 29 s, but for a customer a request that takes 10 s has failed. */
const requestTimeoutMs = 10_000;

/**
 * Sends one request with a key of its own, as a customer would. Throws if the answer is not 200: Lambda then counts an error,
 * which the alarm Canary watches. The key is read each time, so that a new key is used at once.
 */
export async function handler(): Promise<void> {
  const { [keyParameter]: key } = await readSecureStrings([keyParameter], storedBy, secretsTimeoutMs);
  const startedAt = performance.now();
  const answer = await send(`Bearer ${key}`);
  const line = { ...answer, durationMs: Math.round(performance.now() - startedAt) };
  if (answer.status === 200) return logger.info('canary answered', line);
  logger.error('canary failed', line);
  throw new Error(answer.status === undefined ? 'the API did not answer' : `the API answered ${answer.status}`);
}

/** The fields of the API's answer that may be logged: only its status, code and request id. */
async function send(Authorization: string): Promise<{ readonly status?: number; readonly [field: string]: unknown }> {
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const response = await fetch(url, { headers: { Authorization }, redirect: 'error', signal });
    const body = (await response.json().catch(() => null)) as { readonly code?: unknown } | null;
    const code = body?.code;
    const requestId = response.headers.get('x-amzn-requestid') ?? undefined;
    return { status: response.status, requestId, ...(typeof code === 'string' ? { code } : {}) };
  } catch (error) {
    return causeOf(error);
  }
}
