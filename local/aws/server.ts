import { type JsonAnswer, type JsonServer, serveJson } from '../http-json.ts';
import type { ApiGatewayControl } from './apigateway.ts';
import { AwsError } from './aws-error.ts';
import type { ParameterStore } from './ssm.ts';

/** What the stand-ins are, and whose calls they take. */
export interface AwsServices {
  readonly parameters: ParameterStore;
  readonly apiGateway: ApiGatewayControl;
  /** The one access key id that calls must be signed with. */
  readonly accessKeyId: string;
}

/** Serves the AWS APIs that functions call on one endpoint, told apart by target and path as their clients send them. */
export function serveAws(services: AwsServices): Promise<JsonServer> {
  return serveJson(async (request, body) => {
    try {
      const [, signer] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
      if (signer !== services.accessKeyId) {
        throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
      }
      return answer(services, request.method ?? '', request.url ?? '', request.headers['x-amz-target'], body);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { status: error.status, contentType, body: { __type: error.type, message: error.message } };
    }
  });
}

const contentType = 'application/x-amz-json-1.1';

function answer(
  { parameters, apiGateway }: AwsServices,
  method: string,
  path: string,
  target: string | string[] | undefined,
  body: unknown,
): JsonAnswer {
  const [service, operation = ''] = String(target ?? '').split('.');
  if (service === 'AmazonSSM') return { status: 200, contentType, body: parameters.call(operation, body) };
  const answered = apiGateway.call(method, path);
  if (!answered)
    throw new AwsError('UnknownOperationException', `${service || `${method} ${path}`} is not served locally`);
  return { ...answered, body: undefined };
}
