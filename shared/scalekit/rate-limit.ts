import { UnexpectedStatus } from '../aws/http-request.ts';
import { Code, ConnectError } from './grpc.ts';

/** The pause if Scalekit does not say how long to wait. */
const defaultMs = 5_000;

/** The shortest pause, because an answer that asks for none is still a rate limit. */
const shortestMs = 1_000;

/**
 * How long Scalekit asks us to wait (ms), from the answer's Retry-After or the google.rpc.RetryInfo in its details; `undefined`
 * if the error is no rate limit. connect turns HTTP 429 into UNAVAILABLE: only the message distinguishes it.
 */
export function rateLimitMs(error: unknown): number | undefined {
  if (error instanceof UnexpectedStatus)
    return error.code === 429 ? pauseMs(retryAfterMs(error.retryAfter)) : undefined;
  if (!(error instanceof ConnectError)) return undefined;
  const isHttp429 = error.code === Code.Unavailable && error.rawMessage === 'HTTP 429';
  if (!isHttp429 && error.code !== Code.ResourceExhausted) return undefined;
  return pauseMs(retryAfterMs(error.metadata.get('retry-after')) ?? retryInfoMs(error));
}

function pauseMs(askedMs: number | undefined): number {
  return Math.max(shortestMs, askedMs ?? defaultMs);
}

/** Retry-After is a number of seconds or a date. */
function retryAfterMs(text: string | null | undefined): number | undefined {
  if (!text) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? ms : undefined;
}

/**
 * The delay in RetryInfo (ms), rounded up to seconds. Its bytes are `0A length`, then a Duration: `08 seconds` if there are any,
 * then nanoseconds. It is parsed by hand, because none of our packages has the descriptors of google.rpc.
 */
function retryInfoMs({ details }: ConnectError): number | undefined {
  for (const detail of details) {
    if (!('type' in detail) || detail.type !== 'google.rpc.RetryInfo') continue;
    const [delayTag, length = 0, secondsTag, ...rest] = detail.value;
    if (delayTag !== 0x0a) return undefined;
    if (length === 0 || secondsTag !== 0x08) return 0; // less than a second
    return (varint(rest) + 1) * 1000;
  }
  return undefined;
}

function varint(bytes: readonly number[]): number {
  const last = bytes.findIndex((byte) => byte < 0x80);
  return bytes.slice(0, last + 1).reduceRight((value, byte) => value * 128 + (byte & 0x7f), 0);
}
