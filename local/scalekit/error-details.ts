import type { ServerHttp2Stream } from 'node:http2';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { ErrorInfoSchema } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/errdetails/errdetails_pb.js';

/** Gives each error the detail that Scalekit sends with it. SDKs in other languages read it, and some fail without it. */
export const withErrorInfo: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    throw error.code === Code.Unimplemented
      ? notServed(`${request.service.typeName}.${request.method.name}`)
      : detailed(error);
  }
};

/** Answers a call of a service that the embedded Scalekit does not have. */
export function refuseCall(stream: ServerHttp2Stream, path: string): void {
  const status = setTrailerStatus(new Headers(), notServed(path.slice(1).replace('/', '.')));
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', ...Object.fromEntries(status) },
    { endStream: true },
  );
}

function notServed(name: string): ConnectError {
  const message = `The embedded Scalekit does not serve ${name}. It serves API tokens and the basics of organizations and users.`;
  return detailed(new ConnectError(message, Code.Unimplemented));
}

function detailed(error: ConnectError): ConnectError {
  if (error.findDetails(ErrorInfoSchema).length > 0) return error;
  const value = { errorCode: Code[error.code].replaceAll(/\B[A-Z]/g, (letter) => `_${letter}`).toUpperCase() };
  error.details.push({ desc: ErrorInfoSchema, value });
  return error;
}
