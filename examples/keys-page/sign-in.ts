import { readFileSync } from 'node:fs';

/** A signed-in user of the product: what the product's backend keeps of a session of Scalekit. */
export interface SignedIn {
  /** The access token of the session. The API takes it in place of a key. */
  readonly sessionToken: string;
}

/** The parts of the local runtime's `outputs.json` that this example uses. */
interface LocalRuntime {
  readonly apiUrl: string;
  readonly controlUrl: string;
  readonly controlToken: string;
  readonly userId: string;
}

export function localRuntime(folder = '.local'): LocalRuntime {
  return JSON.parse(readFileSync(`${folder}/outputs.json`, 'utf8')) as LocalRuntime;
}

/**
 * Signs in the seeded user of the local runtime. Your product does this with Scalekit's login: `getAuthorizationUrl` sends the
 * person there, and `authenticateWithCode` gets the session for the code that it comes back with.
 */
export async function signIn({ controlUrl, controlToken, userId }: LocalRuntime): Promise<SignedIn> {
  const answer = await fetch(`${controlUrl}/scalekit/sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${controlToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      userId,
      permissions: ['keys:read', 'keys:write', 'notes:read', 'notes:write'],
      audience: ['https://app.example.com'],
    }),
  });
  if (!answer.ok) throw new Error(`the sign-in was answered ${answer.status}`);
  return (await answer.json()) as SignedIn;
}
