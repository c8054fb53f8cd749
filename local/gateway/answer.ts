import type { ServerResponse } from 'node:http';
import type { GatewayRequest } from './request.ts';

/** An answer on its way to the client. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Whether the answer has `X-Amzn-Trace-Id`; only answers of functions have it. */
  readonly traced: boolean;
}

/** Sends an answer and returns the sent status. Headers that are invalid in HTTP make it a 502, as on AWS. */
export function send(response: ServerResponse, answer: GatewayAnswer, request: GatewayRequest): number {
  const own: [string, string][] = [
    ['x-amzn-RequestId', request.requestId],
    ['x-amz-apigw-id', request.extendedRequestId],
    ...(answer.traced ? ([['X-Amzn-Trace-Id', request.traceId]] as [string, string][]) : []),
  ];
  const write = (status: number, headers: GatewayAnswer['headers'], body: Buffer) => {
    response.writeHead(status, [...own, ...headers, ['Content-Length', String(body.length)]].flat());
    response.end(body);
    return status;
  };
  try {
    return write(answer.status, answer.headers, answer.body);
  } catch {
    const body = Buffer.from('{"message": "Internal server error"}');
    return write(502, [['Content-Type', 'application/json']], body);
  }
}
