import { Duration, Stack } from 'aws-cdk-lib';
import {
  type CfnAuthorizer,
  IdentitySource,
  type IRestApi,
  RequestAuthorizer,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export interface Authorizers {
  /** The authorizer of every route behind keys. API Gateway caches nothing: the function decides on every request. */
  readonly keys: RequestAuthorizer;
  /**
   * Routes of other stacks may still import this authorizer: before 0.2, API Gateway cached its decisions. The next release
   * removes it.
   */
  readonly former: RequestAuthorizer;
}

/** Creates the authorizers; `handler` decides on every request except CORS preflight. */
export function createAuthorizers(scope: Construct, handler: IFunction): Authorizers {
  const resultsCacheTtl = Duration.seconds(0); // the default of API Gateway is 300
  const authorization = IdentitySource.header('Authorization');
  const keys = new RequestAuthorizer(scope, 'KeyAuthorizer', {
    handler,
    identitySources: [authorization],
    resultsCacheTtl,
  });
  const former = new RequestAuthorizer(scope, 'DataAuthorizer', {
    handler,
    identitySources: [authorization, IdentitySource.context('identity.sourceIp')],
    resultsCacheTtl,
  });
  // Keeps the export that another stack may import.
  Stack.of(scope).exportValue(former.authorizerId);
  return { keys, former };
}

/**
 * Attaches the authorizers to their API. CDK does this with the first method that has the authorizer, but all such methods may be
 * in other stacks, and CDK has no public API for that case. A changed authorizer needs a new deployment, which CDK creates only
 * in apps with a feature flag. The deployment depends on the permissions to invoke the handler: without them, every request gets
 * 503.
 */
export function attach(authorizers: Authorizers, handler: IFunction, api: RestApi): void {
  for (const child of handler.node.children)
    if (child instanceof CfnPermission) api.latestDeployment?.node.addDependency(child);
  for (const authorizer of Object.values(authorizers)) {
    authorizer._attachToApi(api as IRestApi);
    const { authorizerUri, authorizerResultTtlInSeconds, identitySource } = authorizer.node
      .defaultChild as CfnAuthorizer;
    api.latestDeployment?.node.addDependency(authorizer);
    api.latestDeployment?.addToLogicalId({ authorizerUri, authorizerResultTtlInSeconds, identitySource });
  }
}
