import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { addGatewayResponses, corsExposeHeaders } from './gateway-responses.ts';

/** A literal: a reference to the stage from a policy or a function would be a circular dependency. */
const stageName = 'v1';

interface CustomerApiProps {
  /** Decides on every request but CORS preflight. */
  readonly authorizer: IFunction;
  readonly config: Config;
}

/** The customers' REST API: stage `v1`, Bearer keys on every method, one problem body for every refusal. */
export class CustomerApi extends Construct {
  readonly #api: RestApi;

  constructor(scope: Construct, id: string, { authorizer, config }: CustomerApiProps) {
    super(scope, id);
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.#api = new RestApi(this, 'Api', {
      restApiName: `api-keys-${config.stage}`,
      description: "The customers' API: Authorization: Bearer KEY",
      endpointTypes: [EndpointType.REGIONAL],
      // API Gateway writes access logs only once the account has a role for it; one for all APIs, so it outlives this one.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      defaultMethodOptions: {
        authorizationType: AuthorizationType.CUSTOM,
        authorizer: new RequestAuthorizer(this, 'KeyAuthorizer', {
          handler: authorizer,
          identitySources: [IdentitySource.header('Authorization')],
          resultsCacheTtl: Duration.seconds(0), // every request is validated, so a revocation is instant
        }),
      },
      defaultCorsPreflightOptions: {
        allowOrigins: [config.corsAllowOrigin],
        allowHeaders: ['Authorization', 'Content-Type'],
        exposeHeaders: corsExposeHeaders,
        maxAge: Duration.hours(1),
      },
      deployOptions: {
        stageName,
        dataTraceEnabled: false, // it would log requests, and with them keys
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    this.#api.node.tryRemoveChild('Endpoint'); // the stack has the output, under a name of its own
    addGatewayResponses(this.#api, config.corsAllowOrigin);
  }

  /** The URL of the stage, without a slash at its end. */
  get url(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.#api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
  }

  /** Puts a function behind a method and path. */
  route(method: string, path: string, handler: IFunction): void {
    // Without test invocation: one from the console would skip the authorizer.
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.#api.root.resourceForPath(path).addMethod(method, integration);
  }
}

const accessLogFields = {
  requestId: AccessLogField.contextRequestId(),
  time: AccessLogField.contextRequestTime(),
  method: AccessLogField.contextHttpMethod(),
  route: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  sourceIp: AccessLogField.contextIdentitySourceIp(),
  responseLatencyMs: AccessLogField.contextResponseLatency(),
  integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
  authorizerLatencyMs: '$context.authorizer.latency',
  authorizerError: '$context.authorizer.error',
  errorType: AccessLogField.contextErrorResponseType(),
  code: AccessLogField.contextAuthorizer('code'),
  organizationId: AccessLogField.contextAuthorizer('organizationId'),
  userId: AccessLogField.contextAuthorizer('userId'),
  keyId: AccessLogField.contextAuthorizer('keyId'),
};
