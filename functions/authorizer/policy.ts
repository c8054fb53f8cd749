import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { type CredentialsRefusalCode, credentialsRefusals } from '../../shared/deployment.ts';

/**
 * Allows the whole stage (`…/stage/*`), and passes the context on. With plans, API Gateway counts the request by
 * `usageIdentifierKey`.
 */
export function allow(
  methodArn: string,
  principalId: string,
  context: Record<string, string>,
  usageIdentifierKey?: string,
): APIGatewayAuthorizerResult {
  const metered = usageIdentifierKey === undefined ? {} : { usageIdentifierKey };
  return { ...policy('Allow', methodArn, principalId), context, ...metered };
}

/**
 * Denies the whole stage. The ACCESS_DENIED gateway response puts code, detail and challenge into its answer. `known` is for the
 * access log: the credential's id and its organization, if known.
 */
export function deny(
  methodArn: string,
  code: CredentialsRefusalCode,
  known: Readonly<Record<string, string>> = {},
): APIGatewayAuthorizerResult {
  return { ...policy('Deny', methodArn, 'anonymous'), context: { code, ...credentialsRefusals[code], ...known } };
}

function policy(effect: 'Allow' | 'Deny', methodArn: string, principalId: string): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split('/');
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: `${api}/${stage}/*` }],
    },
  };
}
