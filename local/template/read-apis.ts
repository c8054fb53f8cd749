import { z } from 'zod';
import type { AccessLog, CustomGatewayResponse, PolicyDocument, RestApi } from './model.ts';
import { PolicySchema, unevaluatedMembers } from './policies.ts';
import { MethodSettings, readRoutes } from './read-routes.ts';
import type { Resource, Stack } from './stack.ts';

const Texts = z.record(z.string(), z.string());

const RestApiProperties = z.object({
  ApiKeySourceType: z.enum(['HEADER', 'AUTHORIZER']).default('HEADER'),
  BinaryMediaTypes: z.array(z.string()).default([]),
  MinimumCompressionSize: z.number().optional(),
  Policy: PolicySchema.optional(),
});

const AccountProperties = z.object({ CloudWatchRoleArn: z.string().optional() });

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
  MethodSettings,
  Variables: Texts.optional(),
  AccessLogSetting: z.object({ Format: z.string(), DestinationArn: z.string() }).optional(),
});

/** Reads the REST APIs of a stack, each with its (first) stage; `warn` names each part that cannot be served. */
export function readApis(stack: Stack, warn: (line: string) => void): RestApi[] {
  const reader = new ApiReader(stack, warn);
  return stack.resources('AWS::ApiGateway::RestApi').flatMap((api) => reader.read(api));
}

class ApiReader {
  readonly #stack: Stack;
  readonly #warn: (line: string) => void;

  constructor(stack: Stack, warn: (line: string) => void) {
    this.#stack = stack;
    this.#warn = warn;
  }

  read({ logicalId, id: apiId, properties }: Resource): RestApi[] {
    const ofThisApi = <T extends { RestApiId: string }>(type: string, schema: z.ZodType<T>): T[] =>
      this.#stack
        .resources(type)
        .map((resource) => schema.parse(resource.properties))
        .filter(({ RestApiId }) => RestApiId === apiId);
    const [stage] = ofThisApi('AWS::ApiGateway::Stage', StageProperties);
    if (!stage) {
      this.#warn(`AWS::ApiGateway::RestApi ${logicalId}: has no stage, so it is not served`);
      return [];
    }
    const { ApiKeySourceType, BinaryMediaTypes, MinimumCompressionSize, Policy } = RestApiProperties.parse(properties);
    return [
      {
        logicalId,
        apiId,
        deploymentId: stage.DeploymentId,
        apiKeySource: ApiKeySourceType,
        stageName: stage.StageName,
        stageVariables: stage.Variables ?? null,
        binaryMediaTypes: BinaryMediaTypes,
        minimumCompressionBytes: MinimumCompressionSize,
        resourcePolicy: Policy && this.#resourcePolicy(logicalId, Policy),
        routes: readRoutes(this.#stack, apiId, stage.MethodSettings, this.#warn),
        gatewayResponses: Object.fromEntries(
          ofThisApi('AWS::ApiGateway::GatewayResponse', GatewayResponseProperties).map((response) => [
            response.ResponseType,
            toGatewayResponse(response),
          ]),
        ),
        accessLog: this.#accessLog(stage.AccessLogSetting),
      },
    ];
  }

  #resourcePolicy(logicalId: string, policy: PolicyDocument): PolicyDocument {
    for (const member of new Set(policy.Statement.flatMap(unevaluatedMembers))) {
      const meanwhile = 'an Allow that has it allows nothing, a Deny that has it denies';
      this.#warn(`AWS::ApiGateway::RestApi ${logicalId}: ${member} in its Policy is not evaluated; ${meanwhile}`);
    }
    return policy;
  }

  #accessLog(setting: z.output<typeof StageProperties>['AccessLogSetting']): AccessLog | undefined {
    if (!setting) return undefined;
    const [account] = this.#stack.resources('AWS::ApiGateway::Account');
    const roleArn = account && AccountProperties.parse(account.properties).CloudWatchRoleArn;
    return { format: setting.Format, logGroupArn: setting.DestinationArn, roleArn };
  }
}

function toGatewayResponse(properties: z.output<typeof GatewayResponseProperties>): CustomGatewayResponse {
  return {
    statusCode: properties.StatusCode,
    responseParameters: properties.ResponseParameters,
    responseTemplates: properties.ResponseTemplates,
  };
}
