import type { AuthorizationRequest, Iam } from '../iam/iam.ts';
import { AwsError } from './aws-error.ts';

/** Throws the AWS API's AccessDenied unless the policies allow the request. */
export async function requireAllowed(iam: Iam, request: AuthorizationRequest, status = 400): Promise<void> {
  if (await iam.isAllowed(request)) return;
  const name = 'service' in request.principal ? request.principal.service : request.principal.arn;
  const message = `User: ${name} is not authorized to perform: ${request.action} on resource: ${request.resource} because no policy allows the ${request.action} action`;
  throw new AwsError('AccessDeniedException', message, status);
}
