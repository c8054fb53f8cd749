import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/errdetails/errdetails_pb.js';

/** Gives each error the detail that Scalekit sends with it. SDKs in other languages read it, and some fail without it. */
export const withErrorInfo: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    if (error.findDetails(ErrorInfoSchema).length > 0) throw error;
    const value = { errorCode: Code[error.code].replaceAll(/\B[A-Z]/g, (letter) => `_${letter}`).toUpperCase() };
    error.details.push({ desc: ErrorInfoSchema, value });
    throw error;
  }
};
