import { Annotations, Aspects, Stack, Token } from 'aws-cdk-lib';
import {
  CfnGatewayResponse,
  CfnMethod,
  CfnRestApi,
  CfnStage,
  type IAuthorizer,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Construct, IConstruct } from 'constructs';
import { ConfigError } from '../config.ts';
import { rootNames } from '../key-functions.ts';

/**
 * Throws a {@link ConfigError} that says what to do, for an API that keys cannot be put in front of. What is added to the API
 * later is looked at when the app is synthesized.
 */
export function requireAdoptable(api: RestApi, scope: Construct): void {
  const refuse = (message: string): never => {
    throw new ConfigError(message);
  };
  if (Stack.of(api) !== Stack.of(scope))
    refuse(
      `${named(api)} is in another stack: create ApiKeyAuth in its stack, and use auth.authorizer for routes of others.`,
    );
  if (!api.deploymentStage) refuse(`${named(api)} has no stage, for it was made with deploy: false: let it deploy.`);
  const { stageName } = stageOf(api);
  if (!stageName || Token.isUnresolved(stageName))
    refuse(`${named(api)} has a stage without a literal name: give it one, deployOptions: { stageName: 'v1' }.`);
  // CDK puts a method that throws in the place of its own on an API that hands every path to one function.
  if (Object.hasOwn(api.root, 'addResource'))
    refuse(`${named(api)} is a LambdaRestApi that hands every path to its function: make it with proxy: false.`);
  for (const path of rootNames())
    if (api.root.getResource(path))
      refuse(`${named(api)} has a resource /${path} already, which ApiKeyAuth adds: move yours.`);
  const [own] = partsOf(api, CfnGatewayResponse);
  if (own)
    refuse(
      `${named(api)} has a gateway response of its own, ${own.node.path}: ApiKeyAuth sets every type, so remove it.`,
    );
  const [problem] = stageProblems(api);
  if (problem) refuse(problem);
  api.node.addValidation({ validate: () => [...stageProblems(api), ...responseProblems(api)] });
}

function named(api: RestApi): string {
  return `ApiKeyAuth: the RestApi ${api.node.path}`;
}

/** Settings of stages by which keys would be logged, or the answers to one caller given to others. */
function stageProblems(api: RestApi): string[] {
  const stages = partsOf(api, CfnStage);
  const problems = stages.flatMap(({ methodSettings }) => {
    const settings = (Array.isArray(methodSettings) ? methodSettings : []) as CfnStage.MethodSettingProperty[];
    return [
      settings.some(({ dataTraceEnabled }) => dataTraceEnabled === true)
        ? 'logs whole requests, and with them keys: set dataTraceEnabled to false.'
        : [],
      settings.some(({ cachingEnabled }) => cachingEnabled === true)
        ? 'caches responses, and would give those of one caller to others: set cachingEnabled to false.'
        : [],
    ].flat();
  });
  if (stages.length > 1)
    problems.push('has more than one stage, but the limits of ApiKeyAuth are those of one: make an API per stage.');
  return [...new Set(problems)].map((problem) => `${named(api)} ${problem}`);
}

/** Gateway responses that were added beside ours, of the same type. */
function responseProblems(api: RestApi): string[] {
  const responses = partsOf(api, CfnGatewayResponse);
  return responses
    .filter((one, index) => responses.findIndex(({ responseType }) => responseType === one.responseType) !== index)
    .map(
      ({ responseType, node }) =>
        `${named(api)} has two gateway responses ${responseType}, one of them ${node.path}: ApiKeyAuth sets every type, so remove yours.`,
    );
}

/** The resources of a kind that belong to an API, wherever in the app they are. */
function partsOf<T extends CfnStage | CfnGatewayResponse>(
  api: RestApi,
  kind: abstract new (...args: never[]) => T,
): T[] {
  return api.node.root.node
    .findAll()
    .filter((node): node is T & IConstruct => node instanceof kind && (node as T).restApiId === api.restApiId);
}

/** Warns of a resource policy: what it denies has no code, for the authorizer is not asked. */
export function warnOfResourcePolicy(api: RestApi): void {
  const visit = (node: unknown) => {
    if (!(node instanceof CfnRestApi) || Stack.of(node).resolve(node.policy) === undefined) return;
    Annotations.of(node).addWarningV2(
      'ApiKeyAuth:resourcePolicy',
      `${named(api)} has a resource policy: a request that it denies is answered 401 with an empty code. AWS WAF answers 403 forbidden.`,
    );
  };
  Aspects.of(api).add({ visit });
}

/**
 * Warns of routes that take credentials of another kind. The gateway's answers hold for the whole API: whoever is refused on
 * such a route is told to send an API key.
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
