import { Annotations, Aspects, Stack, Token } from 'aws-cdk-lib';
import {
  CfnGatewayResponse,
  CfnMethod,
  type CfnStage,
  type IAuthorizer,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { ConfigError } from '../config.ts';
import { rootNames } from '../key-functions.ts';

/** Throws a {@link ConfigError} that says what to do, for an API that keys can't be put in front of. */
export function requireAdoptable(api: RestApi, scope: Construct): void {
  const refuse = (message: string): never => {
    throw new ConfigError(`ApiKeyAuth: the RestApi ${api.node.path} ${message}`);
  };
  if (Stack.of(api) !== Stack.of(scope))
    refuse('is in another stack: create ApiKeyAuth in its stack, and use auth.authorizer for routes of others.');
  if (!api.deploymentStage) refuse('has no stage, for it was made with deploy: false: let it deploy.');
  const stage = stageOf(api);
  if (!stage.stageName || Token.isUnresolved(stage.stageName))
    refuse("has a stage without a literal name: give it one, deployOptions: { stageName: 'v1' }.");
  const settings = Array.isArray(stage.methodSettings) ? stage.methodSettings : [];
  if (settings.some((setting) => 'dataTraceEnabled' in setting && setting.dataTraceEnabled === true))
    refuse('logs whole requests, and with them keys: set dataTraceEnabled to false.');
  for (const path of rootNames())
    if (api.root.getResource(path)) refuse(`has a resource /${path} already, which ApiKeyAuth adds: move yours.`);
  const own = api.node.findAll().find((node) => node instanceof CfnGatewayResponse);
  if (own) refuse(`has a gateway response of its own, ${own.node.path}: ApiKeyAuth sets every type, so remove it.`);
}

/**
 * Warns of routes that take credentials of another kind: the gateway's answers are the API's, so that whoever is refused there
 * is told of API keys.
 */
export function warnOfOtherCredentials(api: RestApi, ours: readonly IAuthorizer[]): void {
  const ids = ours.map(({ authorizerId }) => authorizerId);
  const visit = (node: unknown) => {
    if (!(node instanceof CfnMethod) || [undefined, 'NONE'].includes(node.authorizationType)) return;
    if (node.authorizationType === 'CUSTOM' && ids.includes(node.authorizerId ?? '')) return;
    Annotations.of(node).addWarningV2(
      'ApiKeyAuth:otherCredentials',
      `${node.httpMethod} ${node.node.path} takes other credentials (${node.authorizationType}) than API keys, but its refusals are answered as those of keys: put it into an API of its own.`,
    );
  };
  Aspects.of(api).add({ visit });
}

/** The name of an API's stage as a literal: a reference to it from a policy or a function would be a circular dependency. */
export function literalStageName(api: RestApi): string {
  return stageOf(api).stageName ?? '';
}

function stageOf(api: RestApi): CfnStage {
  return api.deploymentStage.node.defaultChild as CfnStage;
}
