import { connect } from 'node:net';
import { type RawAnswer, readAnswers } from './raw-answers.ts';

/** The answers on one connection. */
export interface Exchange {
  readonly answers: readonly RawAnswer[];
  /** Whether the server, not the client, ended the connection. */
  readonly closed: boolean;
}

/** Bytes for one connection, and the answers to wait for. */
export interface RawMessage {
  /** One character per byte, so that it prints as sent. */
  readonly bytes: string;
  /** The number of answers to read before closing. Default: all, until the server closes. */
  readonly answers?: number;
  /** The bytes end before the request does: an answer is optional, and the client soon closes. */
  readonly isCutOff?: boolean;
  /** A HEAD request, whose answer has no body. */
  readonly isHead?: boolean;
}

/** How long to wait for a silent server: longer than any answer takes. */
const silenceMs = 10_000;
const silenceAfterCutMs = 100;

/** Sends the bytes unchanged on their own connection and reads the answers. */
export function exchange(port: number, message: RawMessage): Promise<Exchange> {
  const { bytes, answers = Number.POSITIVE_INFINITY, isCutOff = false, isHead = false } = message;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const seen = (closed: boolean) => readAnswers(Buffer.concat(chunks), { isHead, closed });
    const finish = (closed: boolean) => {
      socket.destroy();
      resolve({ answers: seen(closed), closed });
    };
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setTimeout(isCutOff ? silenceAfterCutMs : silenceMs, () => finish(false));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (seen(false).length >= answers) finish(false);
    });
    socket.on('error', () => {}); // a reset while we send; answers before it count
    socket.on('close', () => finish(true));
  });
}
