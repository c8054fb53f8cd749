import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { credentialsRefusals } from '../../shared/deployment.ts';
import { outage, type Refusal } from '../rest-api/gateway-responses.ts';

const notFound = {
  status: 404,
  title: 'Not Found',
  code: 'not_found',
  detail: 'This route does not exist. Check the path and the method.',
};

/** How the customers' API answers credentials: 401 for an error that the client can fix, 503 for an outage. */
export const customerRefusals: readonly Refusal[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    title: 'Unauthorized',
    code: 'missing_credentials',
    detail: credentialsRefusals.missing_credentials.detail,
    headers: { 'WWW-Authenticate': credentialsRefusals.missing_credentials.challenge },
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 401,
    title: 'Unauthorized',
    // What the authorizer denied with.
    code: '$context.authorizer.code',
    detail: '$context.authorizer.detail',
    mappedHeaders: { 'WWW-Authenticate': 'context.authorizer.challenge' },
  },
  { type: ResponseType.AUTHORIZER_FAILURE, ...outage },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...outage },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, ...notFound },
  { type: ResponseType.RESOURCE_NOT_FOUND, ...notFound },
  // No route of this API takes AWS signatures: what looks for one is no route.
  { type: ResponseType.INVALID_SIGNATURE, ...notFound },
  { type: ResponseType.EXPIRED_TOKEN, ...notFound },
];

/** With plans: what API Gateway refuses because of a meter. */
export const meteredRefusals: readonly Refusal[] = [
  {
    type: ResponseType.INVALID_API_KEY,
    status: 503,
    title: 'Service Unavailable',
    code: 'not_metered',
    detail: 'The plan of the organization is not ready. The key is good: keep it, and retry.',
    headers: { 'Retry-After': '30' },
  },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    status: 429,
    title: 'Too Many Requests',
    code: 'quota_exceeded',
    detail: "The quota of the organization's plan is used up. Requests are accepted again in its next period.",
    headers: { 'Retry-After': '3600' },
  },
];
