import { headerFields } from '../http/header-fields.ts';
import { type JsonAnswer, type JsonServer, serveJson } from '../http/http-json.ts';
import type { Iam } from '../iam/iam.ts';
import { verifySignature } from '../iam/sigv4.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { requireAllowed } from './require.ts';
import type { AwsService } from './stand-in.ts';

/** Serves stand-ins on one endpoint. The service that a call is signed for selects the stand-in. */
export function serveAws(iam: Iam, services: Readonly<Record<string, AwsService | undefined>>): Promise<JsonServer> {
  return serveJson(async (request, body) => {
    try {
      const [path = '/', ...rest] = (request.url ?? '/').split('?');
      const query = rest.join('?');
      const { method = 'GET' } = request;
      const service = signedService(request.headers.authorization);
      const signed = { method, path, query, headers: headerFields(request.rawHeaders), body };
      const principal = await verifySignature(signed, service, (accessKeyId) => iam.identityOf(accessKeyId));
      if ('error' in principal) throw new AwsError(`${principal.error}Exception`, principal.message, 403);
      const standIn = Object.hasOwn(services, service) ? services[service] : undefined;
      if (!standIn)
        throw new AwsError('UnknownOperationException', `the service "${service}" is not served locally`, 404);
      const operation =
        String(request.headers['x-amz-target'] ?? '')
          .split('.')
          .at(-1) ?? '';
      const require: AwsCall['require'] = ({ status, ...asked }) =>
        requireAllowed(iam, { principal, ...asked }, status);
      const call = { principal, method, path, query: new URLSearchParams(query), operation, body, require };
      return { contentType, ...(await standIn.call(call)) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return errorAnswer(error);
    }
  });
}

const contentType = 'application/x-amz-json-1.1';

function signedService(authorization = ''): string {
  return /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(authorization)?.[1] ?? '';
}

function errorAnswer({ status, type, message }: AwsError): JsonAnswer {
  return { status, contentType, body: { __type: type, message, Message: message } };
}
