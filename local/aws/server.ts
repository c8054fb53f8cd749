import { type JsonServer, serveJson } from '../http-json.ts';
import { AwsError, type ParameterStore } from './ssm.ts';

/** Serves the AWS APIs that functions call, on one endpoint, told apart by `X-Amz-Target` as their clients send it. */
export function serveAws(parameters: ParameterStore): Promise<JsonServer> {
  return serveJson(async (request, body) => {
    const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    const contentType = 'application/x-amz-json-1.1';
    if (service !== 'AmazonSSM') {
      return {
        status: 400,
        contentType,
        body: { __type: 'UnknownOperationException', message: `${service} is not served locally` },
      };
    }
    try {
      return { status: 200, contentType, body: parameters.call(operation, body) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { status: 400, contentType, body: { __type: error.type, message: error.message } };
    }
  });
}
