import { connect } from 'node:net';
import { type RawAnswer, readAnswers } from './raw-answers.ts';

/** What came back on one connection. */
export interface Exchange {
  readonly answers: readonly RawAnswer[];
  /** Whether the server ended the connection, and not we. */
  readonly closed: boolean;
}

/** Bytes for one connection, and what is to be waited for. */
export interface RawMessage {
  /** One character a byte, so that it prints as it is sent. */
  readonly bytes: string;
  /** How many answers are read before we hang up. Default: all, until the server closes. */
  readonly answers?: number;
  /** The bytes end before the request does: no answer need come, and we soon hang up. */
  readonly isCutOff?: boolean;
  /** A request by HEAD, whose answer has no body. */
  readonly isHead?: boolean;
}

/** How long a silent server is waited for; more than any answer takes. */
const silenceMs = 10_000;
const silenceAfterCutMs = 100;

/** Sends the bytes exactly as they are, on a connection of their own, and reads what comes back. */
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
    socket.on('error', () => {}); // a reset in the middle of our bytes; what was answered before it counts
    socket.on('close', () => finish(true));
  });
}
