import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Http2Session } from '../../shared/scalekit/http2-session.ts';

let server: Http2Server;
let sessions: number;
let answer: (stream: ServerHttp2Stream) => void;
let session: Http2Session;

beforeEach(async () => {
  sessions = 0;
  answer = (stream) => {
    stream.respond({ ':status': 200 });
    stream.end('well');
  };
  server = createServer().on('session', () => sessions++);
  server.on('stream', (stream) => answer(stream));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  session = new Http2Session(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  vi.useRealTimers();
  server.close();
});

const get = async () => text(await session.request('GET', '/', {}, {}));

test('sends one request after the other on one connection', async () => {
  for (const _ of [1, 2, 3]) expect(await get()).toBe('well');
  expect(sessions).toBe(1);
});

test('opens a new connection after an idle period', async () => {
  await get();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_001 });
  expect(await get()).toBe('well');
  expect(sessions).toBe(2);
});

test('does not reuse a connection on which a request ended without an answer', async () => {
  await get();
  const answering = answer;
  answer = () => {}; // never answers
  const stream = await session.request('GET', '/', {}, {});
  stream.close(); // as a deadline does
  await once(stream, 'close');
  answer = answering;
  expect(await get()).toBe('well');
  expect(sessions).toBe(2);
});

test('gives up on a connection that is not established', async () => {
  const silent = createTcpServer().listen(0, '127.0.0.1'); // accepts the connection, but never completes the handshake
  await once(silent, 'listening');
  const hanging = new Http2Session(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  await expect(hanging.open()).rejects.toMatchObject({ code: 'ECONNRESET' });
  silent.close();
});

test('rejects with the reason when nobody listens', async () => {
  await expect(new Http2Session('http://127.0.0.1:1').open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
