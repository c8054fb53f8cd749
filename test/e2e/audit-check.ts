import { afterAll, expect } from 'vitest';
import type { Mutation } from '../../local/scalekit/tokens.ts';
import { control, plainKeys, target } from './client.ts';

// After each file: every change of a key has exactly one event, there is no other event, and no event contains a plain key.

interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: {
    readonly keyId: string;
    readonly requestId: string;
    readonly actor: object;
    readonly reason: string;
  };
}

const kinds: Record<string, Mutation['kind']> = {
  'ApiKey Created': 'create',
  'ApiKey Rotated': 'create',
  'ApiKey Updated': 'update',
  'ApiKey Revoked': 'invalidate',
};

/** Two simultaneous requests that end one key both record it: neither can know that the other was first. */
function withoutRepeatedEnds(changes: readonly string[]): string[] {
  const ends = new Set(changes.filter((change) => change.startsWith('invalidate ')));
  return [...changes.filter((change) => !change.startsWith('invalidate ')), ...ends].toSorted();
}

afterAll(async () => {
  if (target.controlUrl === null) return;
  const mutations: Mutation[] = await control('GET', '/scalekit/mutations');
  const events: BusEvent[] = await control('GET', '/events');
  const text = JSON.stringify(events);
  const done = mutations.filter(({ bySdkClient }) => !bySdkClient).map(({ kind, tokenId }) => `${kind} ${tokenId}`);
  const recorded = events.map((event) => `${kinds[event['detail-type']]} ${event.detail.keyId}`);
  expect(withoutRepeatedEnds(recorded)).toEqual(withoutRepeatedEnds(done));
  for (const { source, detail } of events) {
    expect(source).toBe('api-keys');
    expect(detail).toMatchObject({
      actor: { type: expect.any(String) },
      organizationId: expect.stringMatching(/^org_/),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      reason: expect.any(String),
      fields: expect.any(Array),
    });
  }
  expect(text).not.toContain(target.adminKey);
  for (const key of plainKeys) expect(text).not.toContain(key);
});
