import fc from 'fast-check';
import type { Family } from './attempt.ts';
import { answeredAs, clientsProblem, inTurn, refused, rejected } from './judge.ts';
import { bearer, request } from './request.ts';
import { keyRoutes } from './routes.ts';
import { goodKeys } from './target.ts';

/** Header lines after which two parsers disagree on the end of the message. */
const ambiguous: readonly (readonly string[])[] = [
  ['Content-Length: 4', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 4'],
  ['Content-Length: 0', 'transfer-encoding: chunked'],
  ['Content-Length: 4', 'Content-Length: 4'],
  ['Content-Length: 4', 'Content-Length: 0'],
  ['Content-Length: 0', 'content-length: 4'],
  ['Content-Length: 4, 4'],
  ['Content-Length: +4'],
  ['Content-Length: -4'],
  ['Content-Length: 0x4'],
  ['Content-Length: 4 4'],
  ['Content-Length: 4;'],
  ['Content-Length: 4.0'],
  ['Content-Length: 1e1'],
  ['Content-Length:'],
  ['Content-Length : 4'],
  ['Content-Length: \x0b4'],
  ['Content-Length:\r\n 4'],
  ['Content-Length: 18446744073709551620'],
  ['Content-Length\0: 4'],
  ['Transfer-Encoding: xchunked'],
  ['Transfer-Encoding: x'],
  ['Transfer-Encoding: identity'],
  ['Transfer-Encoding: chunked, identity'],
  ['Transfer-Encoding: chunked, chunked'],
  ['Transfer-Encoding: "chunked"'],
  ["Transfer-Encoding: 'chunked'"],
  ['Transfer-Encoding: chunked;q=1'],
  ['Transfer-Encoding: chunke\u017f'.replace('\u017f', '\xff')],
  ['Transfer-Encoding : chunked'],
  ['Transfer-Encoding\t: chunked'],
  ['Transfer-Encoding: \x0bchunked'],
  ['Transfer-Encoding:\r\n chunked'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  ['X: a\nTransfer-Encoding: chunked'],
  ['X: a\rTransfer-Encoding: chunked'],
  ['X: a\n\nGET /v1/whoami HTTP/1.1'],
  [' Transfer-Encoding: chunked'],
  ['Transfer-Encoding'],
];

const body = fc.constantFrom('0\r\n\r\n', '4\r\nabcd\r\n0\r\n\r\n', '{}\r\n', 'abcd');

/** Requests after a request with an ambiguous end, with keys in all, some or none of them. */
export const ambiguousFraming: Family = (target) =>
  fc
    .tuple(
      fc.constantFrom(...ambiguous),
      body,
      fc.constantFrom(...keyRoutes),
      fc.subarray(['first', 'smuggled', 'victim']),
      fc.constantFrom(...goodKeys(target)),
      fc.boolean(),
    )
    .map(([headers, content, [method, path], keyed, key, isWhole]) => {
      const credentials = (of: string) => (keyed.includes(of) ? [bearer(key)] : []);
      const first = request({
        method: 'POST',
        path: '/keys',
        headers: [...credentials('first'), ...headers],
        keepAlive: true,
      });
      const smuggled = request({ method, path, headers: credentials('smuggled'), keepAlive: true });
      const victim = request({ headers: credentials('victim') });
      // Half a request would swallow the victim's first line, and so use the victim's key.
      const prefix = isWhole ? smuggled : smuggled.replace(/\r\n\r\n$/, '\r\nX-Swallow: ');
      return { bytes: first + content + prefix + victim, judge: rejected };
    });

const brokenChunks = [
  'zz\r\n{}\r\n0\r\n\r\n',
  '-2\r\n{}\r\n0\r\n\r\n',
  '+2\r\n{}\r\n0\r\n\r\n',
  '0x2\r\n{}\r\n0\r\n\r\n',
  ' 2\r\n{}\r\n0\r\n\r\n',
  '2 \r\n{}\r\n0\r\n\r\n',
  '2\n{}\n0\n\n',
  '2\r{}\r0\r\r',
  '2\r\n{}XX\r\n0\r\n\r\n',
  '2\r\n{}0\r\n\r\n',
  'ffffffffffffffff2\r\n{}\r\n0\r\n\r\n',
  '10000000000000002\r\n{}\r\n0\r\n\r\n',
  '2\r\n{}\r\n\r\n',
  '2;\n\r\n{}\r\n0\r\n\r\n',
  '2;a="\r\n\r\n{}\r\n0\r\n\r\n',
  '2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n',
  '2\r\n{}\r\n0\r\nTransfer-Encoding: x\r\n\r\n',
];

/** Chunks that two parsers count differently: they must not contain a second request. */
export const brokenChunking: Family = (target) =>
  fc
    .tuple(fc.constantFrom(...brokenChunks), fc.constantFrom(...goodKeys(target)), fc.boolean())
    .map(([chunks, key, isKeyed]) => {
      const headers = ['Transfer-Encoding: chunked', ...(isKeyed ? [bearer(key)] : [])];
      const first = request({ method: 'POST', path: '/keys', headers, keepAlive: true });
      return { bytes: first + chunks + request({ headers: [bearer(key)] }), judge: rejected };
    });

/** Pipelined requests on one connection, by several callers and without a key: each must get its own answer. */
export const pipelines: Family = (target) => {
  const { plain, member, other } = target;
  const one = fc.oneof(
    fc.constantFrom(plain, member, other).map(({ key, caller }) => ({
      bytes: request({ headers: [bearer(key)], keepAlive: true }),
      judge: answeredAs(caller),
    })),
    fc.constantFrom(...keyRoutes).map(([method, path]) => ({
      bytes: request({ method, path, body: method === 'GET' ? '' : '{}', keepAlive: true }),
      judge: refused,
    })),
    fc.constantFrom(plain, other).map(({ key }) => {
      // A request in the body of another request must be treated only as a body.
      const inner = request({ headers: [bearer(key)] });
      return { bytes: request({ method: 'POST', path: '/keys', body: inner, keepAlive: true }), judge: refused };
    }),
    fc.constantFrom(plain, other).map(({ key }) => {
      const headers = [bearer(key), 'Transfer-Encoding: chunked'];
      const head = request({ method: 'POST', path: '/keys', headers, keepAlive: true });
      return { bytes: `${head}2;x="y"\r\n[]\r\n0\r\nAuthorization: x\r\n\r\n`, judge: clientsProblem };
    }),
  );
  return fc.array(one, { minLength: 2, maxLength: 3 }).map((all) => ({
    bytes: all.map(({ bytes }) => bytes).join(''),
    answers: all.length,
    judge: inTurn(...all.map(({ judge }) => judge)),
  }));
};

/** Requests that never end. */
export const cutOff: Family = (target) =>
  fc.tuple(fc.constantFrom(...goodKeys(target)), fc.nat({ max: 300 }), fc.boolean()).map(([key, length, isChunked]) => {
    const headers = [bearer(key), ...(isChunked ? ['Transfer-Encoding: chunked'] : ['Content-Length: 9'])];
    const whole = `${request({ method: 'POST', path: '/keys', headers, keepAlive: true })}${isChunked ? '9\r\n{}' : '{}'}`;
    return { bytes: whole.slice(0, length), isCutOff: true, judge: rejectedOrSilent };
  });

const rejectedOrSilent = inTurn();
