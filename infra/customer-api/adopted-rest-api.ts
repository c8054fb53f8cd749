import { Annotations, Aspects, Resource, Stack, Token } from 'aws-cdk-lib';
import {
  CfnGatewayResponse,
  CfnMethod,
  CfnRestApi,
  CfnStage,
  type IAuthorizer,
  type RestApi,
  SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Construct, IConstruct } from 'constructs';
import { type Config, ConfigError } from '../config.ts';
import { rootNames } from '../key-functions.ts';

/**
 * Throws a {@link ConfigError} with the fix for an API that ApiKeyAuth cannot protect. Later additions to the API are checked at
 * synthesis.
 */
export function requireAdoptable(api: RestApi, scope: Construct, config: Pick<Config, 'portal'>): void {
  const refuse = (message: string): never => {
    throw new ConfigError(message);
  };
  requireRestApi(api);
  if (Stack.of(api) !== Stack.of(scope))
    refuse(
      `${named(api)} is in another stack: create ApiKeyAuth in its stack, and use auth.authorizer for routes in other stacks.`,
    );
  if (!api.deploymentStage)
    refuse(`${named(api)} has no stage, because it was created with deploy: false: remove that option.`);
  const { stageName } = stageOf(api);
  if (!stageName || Token.isUnresolved(stageName))
    refuse(`${named(api)} has a stage without a literal name: give it one, deployOptions: { stageName: 'v1' }.`);
  // On an API that sends every path to one function, CDK replaces this method with one that throws.
  if (Object.hasOwn(api.root, 'addResource'))
    refuse(`${named(api)} is a LambdaRestApi that sends every path to its function: create it with proxy: false.`);
  for (const path of rootNames(config))
    if (api.root.getResource(path))
      refuse(`${named(api)} already has a resource /${path}, which ApiKeyAuth adds: move yours.`);
  const [own] = partsOf(api, CfnGatewayResponse);
  if (own)
    refuse(
      `${named(api)} has a gateway response of its own, ${own.node.path}: ApiKeyAuth sets every type, so remove it.`,
    );
  const [problem] = stageProblems(api);
  if (problem) refuse(problem);
  api.node.addValidation({ validate: () => [...stageProblems(api), ...responseProblems(api)] });
}

/** JavaScript apps, and casts, hand over APIs of other kinds. */
function requireRestApi(api: RestApi): void {
  const named = `ApiKeyAuth: ${api?.node?.path ?? 'restApi'}`;
  if (api && 'httpApiId' in api)
    throw new ConfigError(
      `${named} is an HTTP API, which has no gateway responses and no AWS WAF: use a RestApi (aws-cdk-lib/aws-apigateway).`,
    );
  if (api instanceof SpecRestApi)
    throw new ConfigError(
      `${named} is a SpecRestApi: its routes are in its OpenAPI document, where the CDK can protect none of them. Create a RestApi.`,
    );
  if (!api?.deploymentStage && !(api && Resource.isOwnedResource(api)))
    throw new ConfigError(
      `${named} is imported: its stage and its gateway responses cannot be changed from here. Create ApiKeyAuth in the app that creates the API.`,
    );
}

function named(api: RestApi): string {
  return `ApiKeyAuth: the RestApi ${api.node.path}`;
}

/** Stage settings that would log keys, or give the response of one caller to another. */
function stageProblems(api: RestApi): string[] {
  const stages = partsOf(api, CfnStage);
  const problems = stages.flatMap(({ methodSettings }) => {
    const settings = (Array.isArray(methodSettings) ? methodSettings : []) as CfnStage.MethodSettingProperty[];
    return [
      settings.some(({ dataTraceEnabled }) => dataTraceEnabled === true)
        ? 'logs whole requests, including keys: set dataTraceEnabled to false.'
        : [],
      settings.some(({ cachingEnabled }) => cachingEnabled === true)
        ? 'caches responses, so one caller could get the response of another: set cachingEnabled to false.'
        : [],
    ].flat();
  });
  if (stages.length > 1)
    problems.push(
      'has more than one stage, but the limits of ApiKeyAuth apply to one stage: create one API per stage.',
    );
  return [...new Set(problems)].map((problem) => `${named(api)} ${problem}`);
}

/** Gateway responses of the same type as ours. */
function responseProblems(api: RestApi): string[] {
  const responses = partsOf(api, CfnGatewayResponse);
  return responses
    .filter((one, index) => responses.findIndex(({ responseType }) => responseType === one.responseType) !== index)
    .map(
      ({ responseType, node }) =>
        `${named(api)} has two gateway responses ${responseType}, one of them ${node.path}: ApiKeyAuth sets every type, so remove yours.`,
    );
}

/** The resources of one kind that belong to an API, anywhere in the app. */
function partsOf<T extends CfnStage | CfnGatewayResponse>(
  api: RestApi,
  kind: abstract new (...args: never[]) => T,
): T[] {
  return api.node.root.node
    .findAll()
    .filter((node): node is T & IConstruct => node instanceof kind && (node as T).restApiId === api.restApiId);
}

/** Warns of a resource policy: its denials have no code, because the authorizer does not run. */
export function warnOfResourcePolicy(api: RestApi): void {
  const visit = (node: unknown) => {
    if (!(node instanceof CfnRestApi) || Stack.of(node).resolve(node.policy) === undefined) return;
    Annotations.of(node).addWarningV2(
      'ApiKeyAuth:resourcePolicy',
      `${named(api)} has a resource policy: a request that it denies gets 401 with an empty code. Use AWS WAF, which answers 403 forbidden.`,
    );
  };
  Aspects.of(api).add({ visit });
}

/**
 * Warns of routes that accept other credentials. Gateway responses apply to the whole API, so a refusal on such a route asks for
 * an API key.
 */
export function warnOfOtherCredentials(api: RestApi, ours: readonly IAuthorizer[]): void {
  const ids = ours.map(({ authorizerId }) => authorizerId);
  const visit = (node: unknown) => {
    if (!(node instanceof CfnMethod) || [undefined, 'NONE'].includes(node.authorizationType)) return;
    if (node.authorizationType === 'CUSTOM' && ids.includes(node.authorizerId ?? '')) return;
    Annotations.of(node).addWarningV2(
      'ApiKeyAuth:otherCredentials',
      `${node.httpMethod} ${node.node.path} accepts other credentials (${node.authorizationType}) than API keys, but its refusals ask for an API key: move it to an API of its own.`,
    );
  };
  Aspects.of(api).add({ visit });
}

/** The literal name of an API's stage. A reference from a policy or a function would be a circular dependency. */
export function literalStageName(api: RestApi): string {
  return stageOf(api).stageName ?? '';
}

function stageOf(api: RestApi): CfnStage {
  return api.deploymentStage.node.defaultChild as CfnStage;
}
