import type { Outputs } from '../../local/outputs.ts';
import { ScalekitClient } from '../../local/scalekit/sdk.ts';
import { controlOf, exchange } from '../support/client.ts';

/** The audiences that the assemblies of the tests accept. */
export const appAudience = 'https://app.example.com';
export const apiAudience = 'https://api.example.com';

/** The token of a new session of the seeded user, or of another. `claims` replace those of a good token. */
export async function sessionToken(
  outputs: Outputs,
  wanted: {
    userId?: string;
    organizationId?: string;
    permissions?: string[];
    claims?: object;
    expiresInSeconds?: number;
  } = {},
): Promise<string> {
  const signIn = { userId: outputs.userId, audience: [appAudience], ...wanted };
  const { sessionToken: token } = await controlOf(() => outputs)('POST', '/scalekit/sessions', signIn);
  return token;
}

/** A new client of an organization, made with the unmodified SDK. */
export async function newClient(
  { scalekit, organizationId }: Outputs,
  options: { scopes?: string[]; customClaims?: Record<string, string>; audience?: string[] } = {},
): Promise<{ clientId: string; secret: string }> {
  const sdk = new ScalekitClient(scalekit.environmentUrl, scalekit.clientId, scalekit.clientSecret);
  const wanted = { name: 'Test', audience: [apiAudience], ...options };
  const { client, plainSecret } = await sdk.m2m.createOrganizationClient(organizationId ?? '', wanted);
  return { clientId: client?.clientId ?? '', secret: plainSecret };
}

/** The token of a client, by the client-credentials grant. */
export async function clientToken(
  { scalekit }: Outputs,
  { clientId, secret }: { clientId: string; secret: string },
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
  }).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const answer = await exchange(scalekit.environmentUrl, 'POST', '/oauth/token', headers, form);
  if (answer.status !== 200) throw new Error(`the grant was answered ${answer.status}: ${answer.text}`);
  return answer.json.access_token;
}
