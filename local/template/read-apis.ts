import { z } from 'zod';
import type { Template } from './assembly.ts';
import type { IntrinsicResolver } from './intrinsics.ts';
import type { AccessLog, CustomGatewayResponse, IdentitySource, RestApi, Route, Throttle } from './model.ts';
import { functionArnOf, IntegrationProperties, readIntegration } from './read-integrations.ts';
import { resourcesOf } from './resources.ts';

const Texts = z.record(z.string(), z.string());

const MethodProperties = z.object({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.string().default('NONE'),
  AuthorizerId: z.string().optional(),
  Integration: IntegrationProperties.optional(),
});

const AuthorizerProperties = z.object({
  Type: z.string(),
  AuthorizerUri: z.string(),
  IdentitySource: z.string().default(''),
  AuthorizerResultTtlInSeconds: z.number().min(0).max(3600).default(300),
});

const GatewayResponseProperties = z.object({
  RestApiId: z.string(),
  ResponseType: z.string(),
  StatusCode: z.coerce.number().optional(),
  ResponseParameters: Texts.default({}),
  ResponseTemplates: Texts.optional(),
});

const StageProperties = z.object({
  RestApiId: z.string(),
  StageName: z.string(),
  DeploymentId: z.string().default(''),
  MethodSettings: z
    .array(
      z.object({
        HttpMethod: z.string().default('*'),
        ResourcePath: z.string().default('/*'),
        ThrottlingRateLimit: z.number().optional(),
        ThrottlingBurstLimit: z.number().optional(),
      }),
    )
    .default([]),
  Variables: Texts.optional(),
  AccessLogSetting: z.object({ Format: z.string(), DestinationArn: z.string() }).optional(),
});

/** Reads the REST APIs of a template, each with its (first) stage; what can't be served is told to `warn`. */
export function readApis(template: Template, resolver: IntrinsicResolver, warn: (line: string) => void): RestApi[] {
  const reader = new ApiReader(template, resolver, warn);
  return reader
    .ofType('AWS::ApiGateway::RestApi')
    .flatMap(([logicalId, properties]) => reader.read(logicalId, properties));
}

class ApiReader {
  readonly #template: Template;
  readonly #resolver: IntrinsicResolver;
  readonly #warn: (line: string) => void;

  constructor(template: Template, resolver: IntrinsicResolver, warn: (line: string) => void) {
    this.#template = template;
    this.#resolver = resolver;
    this.#warn = warn;
  }

  ofType(type: string): [logicalId: string, properties: unknown][] {
    return resourcesOf(this.#template, this.#resolver, type);
  }

  read(logicalId: string, properties: unknown): RestApi[] {
    const apiId = this.#resolver.physicalId(logicalId);
    const ofThisApi = <T extends { RestApiId: string }>(type: string, schema: z.ZodType<T>): [string, T][] =>
      this.ofType(type)
        .map(([id, raw]): [string, T] => [id, schema.parse(raw)])
        .filter(([, parsed]) => parsed.RestApiId === apiId);
    const stage = ofThisApi('AWS::ApiGateway::Stage', StageProperties)[0]?.[1];
    if (!stage) {
      this.#warn(`AWS::ApiGateway::RestApi ${logicalId}: has no stage, so it is not served`);
      return [];
    }
    const { BinaryMediaTypes = [], Policy } = properties as { BinaryMediaTypes?: string[]; Policy?: unknown };
    return [
      {
        logicalId,
        apiId,
        deploymentId: stage.DeploymentId,
        stageName: stage.StageName,
        stageVariables: stage.Variables ?? null,
        binaryMediaTypes: BinaryMediaTypes,
        resourcePolicy: Policy,
        routes: ofThisApi('AWS::ApiGateway::Method', MethodProperties).flatMap(([id, method]) =>
          this.#route(id, method, stage.MethodSettings),
        ),
        gatewayResponses: Object.fromEntries(
          ofThisApi('AWS::ApiGateway::GatewayResponse', GatewayResponseProperties).map(([, response]) => [
            response.ResponseType,
            toGatewayResponse(response),
          ]),
        ),
        accessLog: this.#accessLog(stage.AccessLogSetting),
      },
    ];
  }

  #accessLog(setting: z.output<typeof StageProperties>['AccessLogSetting']): AccessLog | undefined {
    if (!setting) return undefined;
    const [account] = this.ofType('AWS::ApiGateway::Account') as [string, { CloudWatchRoleArn?: string }][];
    return { format: setting.Format, logGroupArn: setting.DestinationArn, roleArn: account?.[1].CloudWatchRoleArn };
  }

  #route(logicalId: string, method: z.output<typeof MethodProperties>, settings: MethodSettings): Route[] {
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
        throttle: throttleOf(settings, method.HttpMethod, this.#pathOf(method.ResourceId)),
      },
    ];
  }

  #pathOf(resourceId: string): string {
    const resources = this.ofType('AWS::ApiGateway::Resource') as [string, { ParentId: string; PathPart: string }][];
    const resource = resources.find(([logicalId]) => this.#resolver.physicalId(logicalId) === resourceId)?.[1];
    if (!resource) return '/';
    return `${this.#pathOf(resource.ParentId).replace(/\/$/, '')}/${resource.PathPart}`;
  }

  /** A method that asks for what we can't check is not served at all: served open, it would be a hole. */
  #authorizer(logicalId: string, type: string, authorizerId: string | undefined): Route['authorizer'] | 'unserved' {
    if (type === 'NONE') return undefined;
    if (type === 'AWS_IAM') return 'AWS_IAM';
    const found = this.ofType('AWS::ApiGateway::Authorizer').find(
      ([candidate]) => this.#resolver.physicalId(candidate) === authorizerId,
    );
    const authorizer = found && AuthorizerProperties.parse(found[1]);
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

type MethodSettings = z.output<typeof StageProperties>['MethodSettings'];

/** The limit of a method: its own, else the stage's. Settings write a path as `/~1keys~1{keyId}`. */
function throttleOf(settings: MethodSettings, method: string, path: string): Throttle | undefined {
  const own = settings.find(
    ({ HttpMethod, ResourcePath }) =>
      HttpMethod === method && ResourcePath.replace(/^\//, '').replaceAll('~1', '/') === path,
  );
  const found = own ?? settings.find(({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*');
  if (found?.ThrottlingRateLimit === undefined) return undefined;
  return { ratePerSecond: found.ThrottlingRateLimit, burst: found.ThrottlingBurstLimit ?? found.ThrottlingRateLimit };
}

function toGatewayResponse(properties: z.output<typeof GatewayResponseProperties>): CustomGatewayResponse {
  return {
    statusCode: properties.StatusCode,
    responseParameters: properties.ResponseParameters,
    responseTemplates: properties.ResponseTemplates,
  };
}

function toIdentitySource(expression: string): IdentitySource {
  const [, from, name] =
    /^(?:method\.request\.)?(header|querystring|stageVariables|context)\.(.+)$/.exec(expression.trim()) ?? [];
  if (!from || !name) throw new Error(`the identity source "${expression}" is none that API Gateway takes`);
  return { from: from as IdentitySource['from'], name };
}
