import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../../shared/key.ts';
import type { Judge } from './attempt.ts';
import { unsound } from './judge.ts';
import { type KnownKey, whoami } from './target.ts';

/** A key in an answer, with its plain key if the request made it. */
type ShownKey = Key & { readonly key?: string };

/** Every answer must be a problem or stay within the key's own organization, user, claims and scope. */
export function within(maker: KnownKey): Judge {
  return async ({ answers, closed }, { apiPort }) => {
    const [answer, ...others] = answers;
    if (answer === undefined || others.length > 0) return `${answers.length} answers to one request`;
    const wrong = unsound(answer, closed);
    if (wrong !== undefined || answer.status >= 400 || answer.status === 204) return wrong;
    const body = JSON.parse(answer.body) as ShownKey & { keys?: ShownKey[]; matched?: number };
    if (body.matched !== undefined) return undefined; // the record of mutations shows the keys that a revocation reached
    for (const shown of body.keys ?? [body]) {
      const beyond = beyondOf(maker, shown);
      if (beyond !== undefined) return `shows a key with ${beyond}: ${JSON.stringify({ ...shown, key: undefined })}`;
    }
    return body.key === undefined ? undefined : differsInUse(body, await whoami(apiPort, body.key));
  };
}

const ownClaims = ['scope', 'issued_by', 'rotated_from'];

function beyondOf({ caller }: KnownKey, shown: ShownKey): string | undefined {
  if (shown.organizationId !== caller.organizationId) return 'another organization';
  if (shown.userId !== caller.userId) return 'another user';
  const claims = shown.customClaims;
  if (Object.hasOwn(claims, 'plan')) return 'a plan';
  for (const [name, value] of Object.entries(caller.customClaims)) {
    if (!ownClaims.includes(name) && claims[name] !== value) return `another ${name}`;
  }
  const held = (caller.customClaims['scope'] ?? '').split(' ');
  if (shown.scope?.split(' ').some((word) => !held.includes(word))) return 'more scope';
  if (shown.scope !== claims['scope']) return 'two scopes';
  return /^apit_\d+$/.test(claims['issued_by'] ?? '') ? undefined : 'no maker';
}

/** The difference between a new key in the answer and the same key at a backend. */
function differsInUse(shown: ShownKey, { keyId, organizationId, customClaims }: Awaited<ReturnType<typeof whoami>>) {
  const { keyId: madeId, organizationId: madeFor, customClaims: made } = shown;
  const isSame = isDeepStrictEqual(
    { keyId, organizationId, customClaims },
    { keyId: madeId, organizationId: madeFor, customClaims: made },
  );
  return isSame ? undefined : 'the new key is another than was answered';
}
