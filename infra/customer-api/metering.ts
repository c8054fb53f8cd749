import { Annotations, Aspects, Stack } from 'aws-cdk-lib';
import { CfnMethod, type CfnRestApi, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ConfigError } from '../config.ts';
import type { Authorizers } from './authorizers.ts';
import { afterProtection } from './protect.ts';

/** Throws a {@link ConfigError} for an adopted API that takes API keys of its own from a header: it cannot take both. */
export function requireNoKeysOfItsOwn(api: RestApi): void {
  const { apiKeySourceType } = api.node.defaultChild as CfnRestApi;
  const own = api.methods.find(({ node }) => (node.defaultChild as CfnMethod).apiKeyRequired === true);
  if (apiKeySourceType !== 'HEADER' && (own === undefined || apiKeySourceType === 'AUTHORIZER')) return;
  const why = own === undefined ? 'has apiKeySourceType HEADER' : `has a method with apiKeyRequired, ${own.node.path}`;
  throw new ConfigError(
    `ApiKeyAuth: the RestApi ${api.node.path} ${why}: plans count by the authorizer's answer, so the API cannot take API keys from a header too. Move those methods to an API of their own.`,
  );
}

/**
 * Counts the requests of each method with our authorizer, except the routes on keys. A method of another stack is named in a
 * warning: its own deployment must know of the change.
 */
export function meterMethods(api: RestApi, { keys, former }: Authorizers, unmetered: ReadonlySet<unknown>): void {
  const authorizerIds = [keys.authorizerId, former.authorizerId];
  (api.node.defaultChild as CfnRestApi).apiKeySourceType = 'AUTHORIZER';
  api.latestDeployment?.addToLogicalId({ metered: true });
  const visit = (node: unknown) => {
    if (!(node instanceof CfnMethod) || unmetered.has(node)) return;
    const isOurs = node.authorizationType === 'CUSTOM' && authorizerIds.includes(node.authorizerId ?? '');
    const named = `ApiKeyAuth: ${node.httpMethod} ${node.node.path}`;
    if (isOurs && Stack.of(node) === Stack.of(api)) node.apiKeyRequired = true;
    else if (isOurs && node.apiKeyRequired !== true)
      Annotations.of(node).addWarningV2(
        'ApiKeyAuth:unmetered',
        `${named} does not count for plans: add { apiKeyRequired: true }.`,
      );
    else if (!isOurs && node.apiKeyRequired === true && node.restApiId === api.restApiId)
      Annotations.of(node).addError(
        `${named} takes an API key from a header, but with plans API Gateway reads it from the authorizer's answer: move the method to an API of its own.`,
      );
  };
  Aspects.of(api.node.root).add({ visit }, { priority: afterProtection });
}
