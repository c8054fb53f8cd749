import fc from 'fast-check';
import type { Family } from './attempt.ts';
import { codeLikeText, inheritedName } from './code-like.ts';
import { refused } from './judge.ts';
import { request, utf8 } from './request.ts';
import { bodyFor, keyRoute } from './routes.ts';

const standard = fc.constantFrom(
  'Accept',
  'Accept-Encoding',
  'Connection',
  'Content-Type',
  'Cookie',
  'Expect',
  'Forwarded',
  'Host',
  'If-None-Match',
  'Keep-Alive',
  'Max-Forwards',
  'Origin',
  'Proxy-Connection',
  'Range',
  'TE',
  'Trailer',
  'Upgrade',
  'User-Agent',
  'Via',
  'X-Amz-Date',
  'X-Amzn-Trace-Id',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-HTTP-Method-Override',
  'X-Original-URL',
  'X-Rewrite-URL',
);

/** Values that have a meaning for proxies, in headers that can have an effect. */
const value = fc.oneof(
  codeLikeText,
  fc.constantFrom('/v1/openapi.json', '127.0.0.1', 'localhost', '100-continue', 'trailers', 'h2c', 'close', 'OPTIONS'),
);

/** Values without characters that a server refuses at once, so that more of them reach the API. */
const printable = value.map((text) => text.replaceAll(/\p{Cc}/gu, ''));

const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
  maxLength: 40,
});

const spelled = (name: string, how: number) =>
  name.replaceAll(/./g, (character, at: number) =>
    (at + how) % 2 ? character.toUpperCase() : character.toLowerCase(),
  );

const line = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(standard, printable).map(([name, text]) => `${name}: ${utf8(text)}`) },
  { weight: 10, arbitrary: fc.tuple(inheritedName, printable).map(([name, text]) => `${name}: ${utf8(text)}`) },
  {
    weight: 10,
    arbitrary: fc
      .tuple(standard, fc.nat(1), printable)
      .map(([name, how, text]) => `${spelled(name, how)}:\t${utf8(text)} \t`),
  },
  { weight: 1, arbitrary: fc.tuple(standard, value).map(([name, text]) => `${name}: ${utf8(text)}`) },
  { weight: 1, arbitrary: fc.tuple(standard, bytes).map(([name, text]) => `${name}: ${text}`) },
  { weight: 1, arbitrary: fc.tuple(bytes, bytes).map(([name, text]) => `${name}: ${text}`) },
  { weight: 1, arbitrary: fc.tuple(standard, value).map(([name, text]) => `${name}: x\r\n ${utf8(text)}`) },
  { weight: 1, arbitrary: bytes },
);

const many = fc
  .tuple(standard, fc.integer({ min: 1, max: 2500 }), fc.constantFrom('same', 'numbered'))
  .map(([name, count, how]) => Array.from({ length: count }, (_, at) => `${how === 'same' ? name : `X-${at}`}: a`));

const huge = fc
  .tuple(standard, fc.integer({ min: 100, max: 40_000 }), fc.constantFrom('name', 'value'))
  .map(([name, length, where]) => [where === 'name' ? `${'n'.repeat(length)}: a` : `${name}: ${'v'.repeat(length)}`]);

/** Headers of every kind, without a key. */
export const hostileHeaders: Family = () =>
  fc
    .tuple(
      keyRoute,
      fc.oneof(
        { weight: 8, arbitrary: fc.array(line, { minLength: 1, maxLength: 6 }) },
        { weight: 1, arbitrary: many },
        { weight: 1, arbitrary: huge },
      ),
      fc.constantFrom(
        [],
        ['Authorization:'],
        ['Authorization: Bearer'],
        ['Authorization: Bearer ='],
        ['AUTHORIZATION: x'],
      ),
    )
    .map(([[method, path], lines, authorization]) => ({
      bytes: request({ method, path, headers: [...lines, ...authorization], ...bodyFor(method) }),
      answers: 1,
      isCutOff: lines.some((text) => /^(content-length|transfer-encoding)/i.test(text)),
      judge: refused,
    }));
