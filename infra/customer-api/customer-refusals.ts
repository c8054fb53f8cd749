import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { outage, type Refusal } from '../rest-api/gateway-responses.ts';

const challenge = 'Bearer realm="api"';

const notFound = { status: 404, title: 'Not Found', code: 'not_found', detail: 'There is no such route.' };

/** What the customers' API says of credentials: 401 for what the client can mend by another key, 503 for an outage. */
export const customerRefusals: readonly Refusal[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    title: 'Unauthorized',
    code: 'missing_credentials',
    detail: 'Send an API key: "Authorization: Bearer KEY".',
    headers: { 'WWW-Authenticate': challenge },
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 401,
    title: 'Unauthorized',
    code: '$context.authorizer.code', // the code that the authorizer denied with
    detail: 'The API key is malformed, unknown, expired or revoked, or may not be used from here; see `code`.',
    headers: { 'WWW-Authenticate': `${challenge}, error="invalid_token"` },
  },
  { type: ResponseType.AUTHORIZER_FAILURE, ...outage },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...outage },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, ...notFound },
  { type: ResponseType.RESOURCE_NOT_FOUND, ...notFound },
  // No route of this API takes AWS signatures: what looks for one is no route.
  { type: ResponseType.INVALID_SIGNATURE, ...notFound },
  { type: ResponseType.EXPIRED_TOKEN, ...notFound },
];
