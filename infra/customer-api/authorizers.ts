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
  /** Of every route behind keys. API Gateway remembers nothing: the function is asked about every request. */
  readonly keys: RequestAuthorizer;
  /**
   * The authorizer that routes of other stacks may still import: releases before 0.2 had it where API Gateway cached decisions.
   * It will go with the next release.
   */
  readonly former: RequestAuthorizer;
}

/** Makes the authorizers; `handler` decides on every request but CORS preflight. */
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
  // The export by which another stack may have imported it.
  Stack.of(scope).exportValue(former.authorizerId);
  return { keys, former };
}

/**
 * Ties authorizers to their API. CDK does it with the first method that has the authorizer; all such methods may be in other
 * stacks, and CDK has no public way for that case. A change of an authorizer is a new deployment: CDK makes one only in apps
 * that have a feature flag. The deployment comes after the permissions to invoke the handler: before them, every request is 503.
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
