import { z } from 'zod';
import type { IdentitySource, Route, Throttle } from './model.ts';
import { functionArnOf, IntegrationProperties, readIntegration } from './read-integrations.ts';
import type { Stack } from './stack.ts';

/** A stage's settings by method. */
export const MethodSettings = z
  .array(
    z.object({
      HttpMethod: z.string().default('*'),
      ResourcePath: z.string().default('/*'),
      ThrottlingRateLimit: z.number().optional(),
      ThrottlingBurstLimit: z.number().optional(),
    }),
  )
  .default([]);
export type MethodSettings = z.output<typeof MethodSettings>;

const ResourceProperties = z.object({ ParentId: z.string(), PathPart: z.string() });

const MethodProperties = z.object({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.string().default('NONE'),
  AuthorizerId: z.string().optional(),
  ApiKeyRequired: z.boolean().default(false),
  Integration: IntegrationProperties.optional(),
});

const AuthorizerProperties = z.object({
  Type: z.string(),
  AuthorizerUri: z.string(),
  IdentitySource: z.string().default(''),
  AuthorizerResultTtlInSeconds: z.number().min(0).max(3600).default(300),
});

/** Reads the methods of a REST API, with their authorizers and limits; `warn` names each that is not served. */
export function readRoutes(
  stack: Stack,
  apiId: string,
  settings: MethodSettings,
  warn: (line: string) => void,
): Route[] {
  const reader = new RouteReader(stack, settings, warn);
  return stack
    .resources('AWS::ApiGateway::Method')
    .map(({ logicalId, properties }) => ({ logicalId, method: MethodProperties.parse(properties) }))
    .filter(({ method }) => method.RestApiId === apiId)
    .flatMap(({ logicalId, method }) => reader.read(logicalId, method));
}

class RouteReader {
  readonly #stack: Stack;
  readonly #settings: MethodSettings;
  readonly #warn: (line: string) => void;

  constructor(stack: Stack, settings: MethodSettings, warn: (line: string) => void) {
    this.#stack = stack;
    this.#settings = settings;
    this.#warn = warn;
  }

  read(logicalId: string, method: z.output<typeof MethodProperties>): Route[] {
    const integration = method.Integration && readIntegration(logicalId, method.Integration, this.#warn);
    const authorizer = this.#authorizer(logicalId, method.AuthorizationType, method.AuthorizerId);
    if (!integration || authorizer === 'unserved') {
      this.#warn(
        `AWS::ApiGateway::Method ${logicalId}: ${method.HttpMethod} ${this.#pathOf(method.ResourceId)} is not served`,
      );
      return [];
    }
    return [
      {
        method: method.HttpMethod,
        resourcePath: this.#pathOf(method.ResourceId),
        resourceId: method.ResourceId,
        authorizer,
        integration,
        isMetered: method.ApiKeyRequired,
        throttle: throttleOf(this.#settings, method.HttpMethod, this.#pathOf(method.ResourceId)),
      },
    ];
  }

  #pathOf(resourceId: string): string {
    const resource = this.#stack.resources('AWS::ApiGateway::Resource').find(({ id }) => id === resourceId);
    if (!resource) return '/';
    const { ParentId, PathPart } = ResourceProperties.parse(resource.properties);
    return `${this.#pathOf(ParentId).replace(/\/$/, '')}/${PathPart}`;
  }

  /** A method whose authorization cannot be checked locally is not served: without the check, anyone could call it. */
  #authorizer(logicalId: string, type: string, authorizerId: string | undefined): Route['authorizer'] | 'unserved' {
    if (type === 'NONE') return undefined;
    if (type === 'AWS_IAM') return 'AWS_IAM';
    const found = this.#stack.resources('AWS::ApiGateway::Authorizer').find(({ id }) => id === authorizerId);
    const authorizer = found && AuthorizerProperties.parse(found.properties);
    if (type !== 'CUSTOM' || authorizer?.Type !== 'REQUEST' || authorizerId === undefined) {
      this.#warn(
        `AWS::ApiGateway::Method ${logicalId}: AuthorizationType ${type} ${authorizer?.Type ?? ''} is not served locally`,
      );
      return 'unserved';
    }
    return {
      authorizerId,
      functionArn: functionArnOf(authorizer.AuthorizerUri),
      identitySources: authorizer.IdentitySource.split(',').filter(Boolean).map(toIdentitySource),
      ttlSeconds: authorizer.AuthorizerResultTtlInSeconds,
    };
  }
}

/** The limit of a method: its own, otherwise the stage's. Settings write a path as `/~1keys~1{keyId}`. */
function throttleOf(settings: MethodSettings, method: string, path: string): Throttle | undefined {
  const own = settings.find(
    ({ HttpMethod, ResourcePath }) =>
      HttpMethod === method && ResourcePath.replace(/^\//, '').replaceAll('~1', '/') === path,
  );
  const found = own ?? settings.find(({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*');
  if (found?.ThrottlingRateLimit === undefined) return undefined;
  return { ratePerSecond: found.ThrottlingRateLimit, burst: found.ThrottlingBurstLimit ?? found.ThrottlingRateLimit };
}

function toIdentitySource(expression: string): IdentitySource {
  const [, from, name] =
    /^(?:method\.request\.)?(header|querystring|stageVariables|context)\.(.+)$/.exec(expression.trim()) ?? [];
  if (!from || !name) throw new Error(`"${expression}" is not an identity source that API Gateway accepts`);
  return { from: from as IdentitySource['from'], name };
}
