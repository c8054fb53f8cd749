import type { Iam, Identity } from '../iam/iam.ts';
import { type SignatureRefusal, verifySignature } from '../iam/sigv4.ts';
import type { RestApi } from '../template/model.ts';
import type { ContextVariables } from './context.ts';
import { methodArn } from './events.ts';
import type { Refusal } from './gateway-response.ts';
import type { GatewayRequest } from './request.ts';

/** Checks signature and policies of a request to a method with AWS_IAM authorization; who signed it, or the refusal. */
export async function authorizeIam(
  iam: Iam,
  api: RestApi,
  request: GatewayRequest,
  body: Buffer,
  context: ContextVariables,
): Promise<Identity | Refusal> {
  const [path = '/', ...query] = request.target.split('?');
  const { method, headers } = request;
  const signed = { method, path, query: query.join('?'), headers, body };
  const identity = await verifySignature(signed, 'execute-api', (accessKeyId) => iam.identityOf(accessKeyId));
  if ('error' in identity) return refusalOf(identity);
  context['identity.caller'] = identity.userId;
  context['identity.user'] = identity.userId;
  context['identity.userArn'] = identity.arn;
  const resource = methodArn(api, request);
  const resourcePolicy = api.resourcePolicy as Parameters<Iam['isAllowed']>[0]['resourcePolicy'];
  if (await iam.isAllowed({ principal: identity, action: 'execute-api:Invoke', resource, resourcePolicy }))
    return identity;
  const message = `User: ${identity.arn} is not authorized to perform: execute-api:Invoke on resource: ${resource}`;
  return { type: 'ACCESS_DENIED', message };
}

function refusalOf({ error, message }: SignatureRefusal): Refusal {
  switch (error) {
    case 'MissingAuthenticationToken':
      return { type: 'MISSING_AUTHENTICATION_TOKEN', message };
    case 'InvalidSignature':
      return { type: 'INVALID_SIGNATURE', message };
    case 'IncompleteSignature':
    case 'UnrecognizedClient':
      return { type: 'DEFAULT_4XX', message, status: 403 };
  }
}
