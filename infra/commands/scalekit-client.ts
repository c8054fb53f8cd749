import { connectionCause } from './aws-failure.ts';

const timeoutMs = 5_000;

/** Scalekit's answer to a client, as a sentence. */
interface Tried {
  readonly state: 'taken' | 'refused' | 'unknown';
  readonly text: string;
}

/** Fetches an access token, as the functions do. */
export async function tryClient(client: {
  readonly environmentUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}): Promise<Tried> {
  const { environmentUrl, clientId, clientSecret } = client;
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  try {
    const request = { method: 'POST', body: new URLSearchParams(grant), signal: AbortSignal.timeout(timeoutMs) };
    const { status } = await fetch(`${environmentUrl}/oauth/token`, request);
    if (status === 200) return { state: 'taken', text: 'Scalekit accepts the client.' };
    if ([400, 401, 403].includes(status))
      return { state: 'refused', text: `${environmentUrl} does not accept the client id and secret (${status}).` };
    return { state: 'unknown', text: `${environmentUrl} answers ${status}, so the client could not be checked.` };
  } catch (error) {
    const cause = connectionCause(error) ?? (error as Error).message;
    const text = `${environmentUrl} does not answer (${cause}), so the client could not be checked.`;
    return { state: 'unknown', text };
  }
}
