import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, sdkOf, warmClientOf } from '../test/support/client.ts';
import type { EmbeddedOutputs } from '../test/support/runtime-process.ts';
import { callAsOperator } from '../test/support/signed-request.ts';
import { quantile, rounded } from '../test/support/statistics.ts';
import { deliverWebhook } from '../test/support/webhook-delivery.ts';
import type { Environments } from './environments.ts';

interface NewKey {
  readonly key: string;
  readonly keyId: string;
}

/** A way to end keys. `make` creates keys, and its `end` ends all of them in one request. */
interface Way {
  readonly ends: number;
  readonly keysPerEnd: number;
  readonly make: (batch: string) => Promise<{ keys: NewKey[]; end: () => Promise<Answer> }>;
}

const together = 10;
/** The pause between two requests with a key that is about to end. */
const usePauseMs = 20;
const requestsAfter = 4;

/** Ends keys in all ways while they are used. Counts the requests that were sent after the answer and still accepted. */
export async function revokeInAllWays(outputs: EmbeddedOutputs, environments: Environments) {
  const endMs: number[] = [];
  let acceptedAfterRevocation = 0;
  let revocations = 0;
  for (const [name, { ends, keysPerEnd, make }] of Object.entries(waysOf(outputs))) {
    let left = ends;
    const worker = async () => {
      while (left-- > 0) {
        const { keys, end } = await make(randomUUID());
        const ended = await endWhileUsed(keys, end, environments);
        revocations += keysPerEnd;
        acceptedAfterRevocation += ended.acceptedAfter;
        if (keysPerEnd === 1 && name !== 'leaked') endMs.push(ended.ms); // POST /revoke always takes half a second
      }
    };
    await Promise.all(Array.from({ length: together }, worker));
    console.error(
      `${name}: ${revocations} keys ended so far, ${acceptedAfterRevocation} requests accepted after their end`,
    );
  }
  return {
    acceptedAfterRevocation,
    revocations,
    revokeP50Ms: rounded(quantile(endMs, 0.5)),
    revokeP99Ms: rounded(quantile(endMs, 0.99)),
  };
}

async function endWhileUsed(keys: readonly NewKey[], end: () => Promise<Answer>, environments: Environments) {
  for (const { key } of keys)
    if ((await environments.decide(key)).effect !== 'Allow') throw new Error('a new key was not allowed');
  let isOver = false;
  let accepted: number[] = [];
  const uses = keys.map(async ({ key }) => {
    for (let after = 0; after < requestsAfter; ) {
      const isAfter = isOver;
      const { effect, sentAt } = await environments.decide(key);
      if (effect === 'Allow') accepted.push(sentAt);
      if (isAfter) after++;
      else await delay(usePauseMs);
    }
  });
  const startedAt = performance.now();
  let answer = await end();
  // 202: the end is queued, and has not happened yet.
  while ([202, 429, 503].includes(answer.status)) {
    await delay(200);
    answer = await end();
  }
  const answeredAt = performance.now();
  isOver = true;
  await Promise.all(uses);
  if (answer.status >= 300) throw new Error(`an end was answered ${answer.status}: ${answer.text}`);
  accepted = accepted.filter((sentAt) => sentAt > answeredAt);
  return { ms: answeredAt - startedAt, acceptedAfter: accepted.length };
}

function waysOf(outputs: EmbeddedOutputs): Record<string, Way> {
  const { organizationId, adminKey, scalekit, apiUrl, webhookSecret } = outputs;
  const { token, user } = sdkOf(scalekit);
  const { call } = warmClientOf(outputs);
  const newKeys = async (count: number, options: object): Promise<NewKey[]> => {
    const made = Array.from({ length: count }, () => token.createToken(organizationId, options));
    return (await Promise.all(made)).map(({ token: key, tokenId: keyId }) => ({ key, keyId }));
  };
  const single = (end: (one: NewKey) => Promise<Answer>, ends = 200): Way => ({
    ends,
    keysPerEnd: 1,
    async make() {
      const keys = await newKeys(1, {});
      const [one] = keys;
      if (!one) throw new Error('no key was made');
      return { keys, end: () => end(one) };
    },
  });
  const manage = (method: string, path: string, body?: unknown) => call(adminKey, method, path, body);
  return {
    delete: single(({ keyId }) => manage('DELETE', `/keys/${keyId}`)),
    operator: single(({ keyId }) => callAsOperator(outputs, 'DELETE', `/keys/${keyId}`)),
    rotate: single(({ keyId }) => manage('POST', `/keys/${keyId}/rotate`, {})),
    narrow: single(({ keyId }) =>
      manage('PATCH', `/keys/${keyId}`, { customClaims: { allowed_ips: '198.51.100.0/24' } }),
    ),
    leaked: single(({ key }) => manage('POST', '/revoke', new URLSearchParams({ token: key })), 30),
    bulk: {
      ends: 20,
      keysPerEnd: 10,
      async make(batch) {
        const customClaims = { batch };
        const keys = await newKeys(10, { customClaims });
        return { keys, end: () => manage('POST', '/keys/revoke', { customClaims }) };
      },
    },
    webhook: {
      ends: 20,
      keysPerEnd: 10,
      async make(batch) {
        const email = `${batch}@example.com`;
        const made = await user.createUserAndMembership(organizationId, { email });
        const userId = made.user?.id ?? '';
        const keys = await newKeys(10, { userId });
        const end = () =>
          deliverWebhook(apiUrl, webhookSecret, {
            id: `evt_${batch}`,
            type: 'user.organization_membership_deleted',
            occurred_at: new Date().toISOString(),
            organization_id: organizationId,
            data: { user_id: userId },
          });
        return { keys, end };
      },
    },
  };
}
