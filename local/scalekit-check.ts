import type { ScalekitEnvironment } from './scalekit/client.ts';

const timeoutMs = 5_000;

/** Checks that the user's Scalekit answers and accepts the client. Resolves to `undefined`, or to one sentence on the problem. */
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
    return `${environmentUrl} answers ${status}${isRefusal ? ': it does not accept the client id and secret' : ''}.`;
  } catch (error) {
    const { cause, message } = error as Error;
    return `${environmentUrl} does not answer: ${cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message}.`;
  }
}
