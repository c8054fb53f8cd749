import { ScalekitClient } from '../../local/scalekit/sdk.ts';
import type { RuntimeProcess } from '../support/runtime-process.ts';
import { runBlock } from './incident-page.ts';

const connections = 4;
/** The number of keys that the thief has made when the operator starts. */
const headStart = 40;
/** How long Scalekit takes for a call. */
const delayMs = 40;

/** The result of a race between a thief, who keeps making keys, and an operator who follows docs/incidents.md. */
export interface Race {
  readonly made: number;
  /** The thief's keys that are active when the last step of the page is done. */
  readonly alive: number;
  readonly seconds: number;
}

interface Stolen {
  readonly key: string;
  readonly keyId: string;
}

/**
 * Runs a race with one stolen key. `since`: the thief also ends keys to hide the keys that they made, and the operator ends all
 * keys made since the theft. `issued`: the operator ends the stolen key's descendants.
 */
export async function race(runtime: RuntimeProcess, seed: number, way: 'since' | 'issued'): Promise<Race> {
  const { scalekit, apiUrl, controlUrl } = runtime.outputs;
  const sdk = new ScalekitClient(scalekit.environmentUrl, scalekit.clientId, scalekit.clientSecret);
  const ORG = (await sdk.organization.createOrganization('Raced')).organization?.id ?? '';
  const { token: key, tokenId: keyId } = await sdk.token.createToken(ORG, { customClaims: { scope: 'keys:write' } });
  await fetch(`${controlUrl}/scalekit/fault`, { method: 'PUT', body: JSON.stringify({ kind: 'slow', delayMs }) });
  const SINCE = new Date(Date.now() - 1).toISOString();
  const startedAt = Date.now();
  const thief = thiefOf(apiUrl, { key, keyId }, seed, way === 'since' ? 0.1 : 0);
  await thief.hasMade(headStart);
  const variables = { ORG, KEY_ID: keyId, SINCE };
  await runBlock(runtime, 'leaked-operator', variables);
  await runBlock(runtime, `leaked-${way}`, variables);
  const made = await thief.stopped();
  await fetch(`${controlUrl}/scalekit/fault`, { method: 'DELETE' });
  const { totalCount } = await sdk.token.listTokens(ORG);
  return { made, alive: totalCount, seconds: (Date.now() - startedAt) / 1000 };
}

/** Makes keys with its own keys, on several connections, until none of them is accepted or it is stopped. */
function thiefOf(apiUrl: string, first: Stolen, seed: number, endsLinks: number) {
  const random = randomOf(seed);
  const living = [first];
  let made = 0;
  let isStopped = false;
  let told: (() => void) | undefined;
  const send = (key: string, method: string, path: string, body?: object) =>
    fetch(apiUrl + path, {
      method,
      headers: { Authorization: `Bearer ${key}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const steal = async () => {
    while (!isStopped && living.length > 0) {
      const at = Math.floor(random() * living.length);
      const maker = living[at];
      if (!maker) continue;
      const isLink = made > 10 && random() < endsLinks;
      const answer = isLink
        ? await send(maker.key, 'DELETE', `/keys/${maker.keyId}`)
        : await send(maker.key, 'POST', '/keys', { scope: 'keys:write' });
      const text = await answer.text();
      if (answer.status === 201) {
        living.push(JSON.parse(text) as Stolen);
        if (++made === headStart) told?.();
      } else if (answer.status === 401 || isLink) {
        const gone = living.indexOf(maker);
        if (gone >= 0) living.splice(gone, 1);
      }
    }
  };
  const working = Promise.all(Array.from({ length: connections }, steal));
  return {
    hasMade: (count: number) =>
      new Promise<void>((resolve) => {
        if (made >= count) resolve();
        else told = resolve;
      }),
    async stopped(): Promise<number> {
      isStopped = true;
      await working;
      return made;
    },
  };
}

/** Random numbers from 0 to below 1 that a seed repeats (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
