import type { Iam } from '../iam/iam.ts';
import { type SignatureRefusal, verifySignature } from '../iam/sigv4.ts';
import { addIdentity } from './context.ts';
import { methodArn } from './events.ts';
import type { Exchange, GatewayCaller } from './exchange.ts';
import type { Refusal } from './gateway-response.ts';

/** Checks the signature of a request to a method with AWS_IAM authorization, and the policies that apply. */
export async function authorizeIam(exchange: Exchange, iam: Iam): Promise<GatewayCaller | Refusal> {
  const { api, request, body, context } = exchange;
  const [path = '/', ...query] = request.target.split('?');
  const { method, headers } = request;
  const signed = { method, path, query: query.join('?'), headers, body };
  const identity = await verifySignature(signed, 'execute-api', (accessKeyId) => iam.identityOf(accessKeyId));
  if ('error' in identity) return refusalOf(identity);
  addIdentity(context, identity);
  const resource = methodArn(exchange);
  const { resourcePolicy } = api;
  const asked = {
    principal: identity,
    action: 'execute-api:Invoke',
    resource,
    resourcePolicy,
    context: { 'aws:SourceIp': request.sourceIp },
  };
  if (await iam.isAllowed(asked)) return { identity };
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
