import { gzipSync } from 'node:zlib';
import { valuesOf } from '../http/header-fields.ts';
import type { RestApi } from '../template/model.ts';
import type { GatewayAnswer } from './answer.ts';
import type { GatewayRequest } from './request.ts';

/** Compresses an answer if the API compresses answers of its size and the client accepts gzip. */
export function compressed(answer: GatewayAnswer, request: GatewayRequest, api: RestApi): GatewayAnswer {
  const { minimumCompressionBytes = Number.POSITIVE_INFINITY } = api;
  const isEncoded = answer.headers.some(([name]) => name.toLowerCase() === 'content-encoding');
  const takesGzip = valuesOf(request.headers, 'accept-encoding').some((value) =>
    /\bgzip\b(?!\s*;\s*q=0\b)/.test(value),
  );
  if (isEncoded || !takesGzip || answer.body.length < minimumCompressionBytes) return answer;
  return { ...answer, headers: [...answer.headers, ['Content-Encoding', 'gzip']], body: gzipSync(answer.body) };
}
