import type { ScalekitEnvironment } from './scalekit/client.ts';

const timeoutMs = 5_000;

/** Whether a Scalekit of the user's answers and takes the client: `undefined`, or one sentence that says why not. */
export async function scalekitTrouble(scalekit: ScalekitEnvironment): Promise<string | undefined> {
  const { environmentUrl, clientId, clientSecret } = scalekit;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { status } = await fetch(`${environmentUrl}/oauth/token`, { method: 'POST', body, signal });
    if (status === 200) return undefined;
    const isRefusal = [400, 401, 403].includes(status);
    return `${environmentUrl} answers ${status}${isRefusal ? ': it does not take the client id and secret' : ''}.`;
  } catch (error) {
    const { cause, message } = error as Error;
    return `${environmentUrl} does not answer: ${cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message}.`;
  }
}
