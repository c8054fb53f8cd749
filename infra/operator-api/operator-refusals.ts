import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { forbidden, outage, type Refusal } from '../rest-api/gateway-responses.ts';

/** What the operators' API says of credentials: 403 throughout, as AWS does, with a code for each. */
export const operatorRefusals: readonly Refusal[] = [
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    ...forbidden,
    detail: 'This route does not exist, or the request is not signed with AWS credentials (Signature Version 4).',
  },
  {
    type: ResponseType.INVALID_SIGNATURE,
    ...forbidden,
    code: 'invalid_signature',
    detail: 'The AWS signature does not match the request, or its time differs by more than 5 minutes.',
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    ...forbidden,
    code: 'expired_token',
    detail: 'The AWS session has expired.',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    ...forbidden,
    code: 'access_denied',
    detail: 'No IAM policy of the caller allows execute-api:Invoke on this route and organization.',
  },
  { type: ResponseType.UNAUTHORIZED, ...forbidden },
  { type: ResponseType.RESOURCE_NOT_FOUND, ...forbidden },
  // An unknown access key, or an Authorization header that is not a whole signature.
  { type: ResponseType.DEFAULT_4XX, ...forbidden },
  { type: ResponseType.AUTHORIZER_FAILURE, ...outage },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...outage },
];
