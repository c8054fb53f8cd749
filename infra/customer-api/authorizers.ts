import { Duration } from 'aws-cdk-lib';
import { IdentitySource, type IRestApi, RequestAuthorizer, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

interface AuthorizersProps {
  /** Decides on every request but CORS preflight. */
  readonly handler: IFunction;
  readonly ttlSeconds: number;
}

export interface Authorizers {
  /** Of routes that manage keys: it asks the function about every request, so that a revocation is instant. */
  readonly keys: RequestAuthorizer;
  /** Of backends: API Gateway may remember its decisions. The same one where it remembers none. */
  readonly data: RequestAuthorizer;
}

export function createAuthorizers(scope: Construct, { handler, ttlSeconds }: AuthorizersProps): Authorizers {
  const keys = new RequestAuthorizer(scope, 'KeyAuthorizer', {
    handler,
    identitySources: [IdentitySource.header('Authorization')],
    resultsCacheTtl: Duration.seconds(0),
  });
  if (ttlSeconds === 0) return { keys, data: keys };
  const data = new RequestAuthorizer(scope, 'DataAuthorizer', {
    handler,
    // With the address, so that a decision on a key that is bound to addresses holds for its own addresses only.
    identitySources: [IdentitySource.header('Authorization'), IdentitySource.context('identity.sourceIp')],
    resultsCacheTtl: Duration.seconds(ttlSeconds),
  });
  return { keys, data };
}

/**
 * Ties authorizers to their API. CDK does it with the first method that has the authorizer; all such methods may be in other
 * stacks, and CDK has no public way for that case.
 */
export function attach({ keys, data }: Authorizers, api: RestApi): void {
  for (const authorizer of new Set([keys, data])) authorizer._attachToApi(api as IRestApi);
}
