import fc from 'fast-check';
import type { Family } from './attempt.ts';
import { codeLikeText } from './code-like.ts';
import { hostileBody } from './json.ts';
import { refused } from './judge.ts';
import { nearMiss } from './near-misses.ts';
import { request, utf8 } from './request.ts';

const signature = fc.constantFrom(
  'v1,',
  'v1,AAAA',
  `v1,${Buffer.alloc(32).toString('base64')}`,
  `v1,${Buffer.alloc(32).toString('base64')} v1,${Buffer.alloc(32, 1).toString('base64')}`,
  'v2,x',
  '__proto__',
  ','.repeat(5000),
);

const seconds = fc.constantFrom(
  '0',
  '-1',
  'NaN',
  '1e3',
  '99999999999999999999',
  `${Math.floor(Date.now() / 1000)}`,
  ' ',
);

/** Unsigned webhooks. */
export const forgedWebhooks: Family = () =>
  fc
    .tuple(
      signature,
      seconds,
      hostileBody,
      fc.constantFrom('webhook', 'svix'),
      fc.subarray(['id', 'timestamp', 'signature']),
    )
    .map(([signed, at, body, prefix, sent]) => {
      const fields = { id: 'msg_1', timestamp: at, signature: signed };
      const headers = Object.entries(fields)
        .filter(([name]) => sent.includes(name))
        .map(([name, value]) => `${prefix}-${name}: ${value}`);
      return { bytes: request({ method: 'POST', path: '/webhooks/scalekit', headers, body }), judge: refused };
    });

/** Open routes with invalid input and invalid keys. Only a few, because these routes are slow and throttled. */
export const openRoutes: Family = (target) =>
  fc
    .tuple(
      fc.oneof(nearMiss(target), codeLikeText),
      hostileBody,
      fc.constantFrom('token', 'token_type_hint', '__proto__', 'constructor'),
      fc.constantFrom('revoke', 'revoke', 'body', 'preflight', 'contract'),
    )
    .map(([text, body, field, what]) => ({
      bytes: {
        revoke: () =>
          request({ method: 'POST', path: '/revoke', body: `${field}=${encodeURIComponent(text.toWellFormed())}` }),
        body: () => request({ method: 'POST', path: '/revoke', headers: ['Content-Type: application/json'], body }),
        preflight: () =>
          request({ method: 'OPTIONS', path: '/keys', headers: [`Origin: ${utf8(text)}`, `Content-Type: ${field}`] }),
        contract: () => request({ path: `/openapi.json?${field}=${encodeURIComponent(text.toWellFormed())}`, body }),
      }[what](),
      judge: refused,
    }));
