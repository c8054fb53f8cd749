import { createHmac } from 'node:crypto';
import sdk from '@scalekit-sdk/node';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSignedByScalekit } from '../../shared/scalekit/webhook-signature.ts';

// Compares our check of a webhook's signature with the check of Scalekit's SDK.

const client = new sdk.ScalekitClient('https://acme.scalekit.com', 'skc_1', 'secret');

function isSignedBySdk(secret: string, headers: Record<string, string>, payload: string): boolean {
  try {
    return client.verifyWebhookPayload(secret, headers, payload);
  } catch {
    return false;
  }
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

const base64 = (minLength: number) =>
  fc.uint8Array({ minLength, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const secrets = base64(1).map((key) => `whsec_${key}`);
const payloads = fc.oneof(fc.json(), fc.string({ unit: 'binary' }));
/** Seconds before now. A second may pass during a run, so no value is exactly at the limit. */
const ages = fc.oneof(fc.integer({ min: -298, max: 298 }), fc.constantFrom(-86_400, -302, 302, 86_400));
const ids = fc.string({ minLength: 1 });

const sign = (secret: string, id: string, seconds: number, payload: string) =>
  createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${seconds}.${payload}`)
    .digest('base64');

/** Values for the signature header, made from the right signature. */
const kinds = {
  right: (signature: string) => `v1,${signature}`,
  altered: (signature: string) => `v1,${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
  version2: (signature: string) => `v2,${signature}`,
  asymmetric: (signature: string) => `v1a,${signature}`,
  noVersion: (signature: string) => signature,
  nothing: () => '',
} as const;
const lists = fc.array(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), { maxLength: 4 });

test('accepts exactly the webhooks that the SDK accepts: with a right signature of the last 5 minutes', () => {
  let taken = 0;
  fc.assert(
    fc.property(secrets, ids, ages, payloads, lists, (secret, id, age, payload, list) => {
      const seconds = nowSeconds() - age;
      const signature = sign(secret, id, seconds, payload);
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': list.map((kind) => kinds[kind](signature)).join(' '),
      };
      const isRight = list.includes('right') && Math.abs(age) <= 300;
      expect(isSignedByScalekit(secret, headers, payload)).toBe(isRight);
      expect(isSignedBySdk(secret, headers, payload)).toBe(isRight);
      if (isRight) taken += 1;
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(5);
});

test('an altered payload, id, time or secret is refused, also by the SDK', () => {
  const part = fc.constantFrom('payload', 'id', 'time', 'secret');
  fc.assert(
    fc.property(secrets, ids, payloads, part, base64(1), (secret, id, payload, altered, other) => {
      const seconds = nowSeconds();
      fc.pre(altered !== 'secret' || secret !== `whsec_${other}`);
      const signature = sign(secret, id, seconds, payload);
      const headers = {
        'webhook-id': altered === 'id' ? `${id}x` : id,
        'webhook-timestamp': String(altered === 'time' ? seconds - 1 : seconds),
        'webhook-signature': `v1,${signature}`,
      };
      const sent = altered === 'payload' ? `${payload} ` : payload;
      const trusted = altered === 'secret' ? `whsec_${other}` : secret;
      expect(isSignedByScalekit(trusted, headers, sent)).toBe(false);
      expect(isSignedBySdk(trusted, headers, sent)).toBe(false);
    }),
  );
});

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('a webhook without %s is refused', (name) => {
  const seconds = nowSeconds();
  const good = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${sign('whsec_c2VjcmV0', 'msg_1', seconds, '{}')}`,
  };
  expect(isSignedByScalekit('whsec_c2VjcmV0', good, '{}')).toBe(true);
  for (const headers of [
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)),
    { ...good, [name]: '' },
  ]) {
    expect(isSignedByScalekit('whsec_c2VjcmV0', headers, '{}')).toBe(false);
    expect(isSignedBySdk('whsec_c2VjcmV0', headers, '{}')).toBe(false);
  }
});

test('a webhook that the SDK refuses is refused, for any malformed secret, time or signature', () => {
  const anySecret = fc.oneof(
    secrets,
    base64(0), // no prefix
    base64(0).map((key) => `other_${key}`),
    base64(0).map((key) => `whsec_${key.replaceAll('=', '')}`),
    base64(0).map((key) => `whsec_${key}_more`),
    fc.constantFrom('', '_', 'whsec_', 'whsec'),
    fc.string(),
  );
  const bend = fc.constantFrom<(signature: string) => string>(
    (signature) => `v1,${signature}`,
    (signature) => `v1,${signature.slice(0, -1)}`,
    (signature) => `v1,${signature},more`,
    (signature) => `v1,${signature.replaceAll('+', '-').replaceAll('/', '_')}`,
    (signature) => `v1,${signature.slice(0, 20)}`,
    (signature) => `v1,${signature}=`,
    (signature) => `v1,!${signature}`,
    (signature) => `V1,${signature}`,
    () => 'v1',
    () => 'v1,',
    () => 'v1,====',
    () => ',',
  );
  const bendTime = fc.constantFrom<(time: string) => string>(
    (time) => time,
    (time) => `${time}.5`,
    (time) => ` ${time}`,
    (time) => `${time}x`,
    (time) => `0x${time}`,
    () => 'now',
    () => 'Infinity',
  );
  let taken = 0;
  fc.assert(
    fc.property(anySecret, bendTime, fc.array(bend, { maxLength: 3 }), (secret, toTime, bends) => {
      const seconds = nowSeconds();
      const key = Buffer.from(secret.split('_')[1] ?? secret, 'base64');
      const signature = createHmac('sha256', key).update(`msg_1.${seconds}.{}`).digest('base64');
      const headers = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': toTime(String(seconds)),
        'webhook-signature': bends.map((to) => to(signature)).join(' '),
      };
      if (!isSignedByScalekit(secret, headers, '{}')) return;
      taken += 1;
      expect(isSignedBySdk(secret, headers, '{}')).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(5);
});

test('a secret with an empty key signs nothing, although the SDK accepts it', () => {
  const seconds = nowSeconds();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${sign('whsec_', 'msg_1', seconds, '{}')}`,
  };
  expect(isSignedBySdk('whsec_', headers, '{}')).toBe(true);
  expect(isSignedByScalekit('whsec_', headers, '{}')).toBe(false);
});
