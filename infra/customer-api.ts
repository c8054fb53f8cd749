import { Aspects, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AuthorizationType,
  CfnMethod,
  type CfnStage,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { accessLogFormat } from './access-log.ts';
import type { Config } from './config.ts';
import { customerRefusals } from './customer-refusals.ts';
import { addGatewayResponses } from './gateway-responses.ts';

/** Headers of an answer that a page of another origin may read. */
const corsExposeHeaders = ['Location', 'Retry-After', 'WWW-Authenticate'];

/** A literal: a reference to the stage from a policy or a function would be a circular dependency. */
const stageName = 'v1';

interface CustomerApiProps {
  /** Decides on every request but CORS preflight. */
  readonly authorizer: IFunction;
  readonly config: Config;
}

/** How many requests a method takes, of all clients together. */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** The customers' REST API: stage `v1`, Bearer keys on every method, one problem body for every refusal. */
export class CustomerApi extends Construct {
  readonly #api: RestApi;
  readonly #keyAuthorizer: RequestAuthorizer;
  readonly #dataAuthorizer: RequestAuthorizer;
  readonly #cachesDecisions: boolean;

  constructor(scope: Construct, id: string, { authorizer, config }: CustomerApiProps) {
    super(scope, id);
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.#cachesDecisions = config.authorizerTtlSeconds > 0;
    this.#keyAuthorizer = new RequestAuthorizer(this, 'KeyAuthorizer', {
      handler: authorizer,
      identitySources: [IdentitySource.header('Authorization')],
      resultsCacheTtl: Duration.seconds(0), // every request is validated, so a revocation is instant
    });
    this.#dataAuthorizer = this.#cachesDecisions
      ? new RequestAuthorizer(this, 'DataAuthorizer', {
          handler: authorizer,
          // With the address, so that a decision on a key that is bound to addresses holds for none but its own.
          identitySources: [IdentitySource.header('Authorization'), IdentitySource.context('identity.sourceIp')],
          resultsCacheTtl: Duration.seconds(config.authorizerTtlSeconds),
        })
      : this.#keyAuthorizer;
    this.#api = new RestApi(this, 'Api', {
      restApiName: `api-keys-${config.stage}`,
      description: "The customers' API: Authorization: Bearer KEY",
      endpointTypes: [EndpointType.REGIONAL],
      // API Gateway writes access logs only once the account has a role for it; one for all APIs, so it outlives this one.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
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
        accessLogFormat: accessLogFormat({
          code: AccessLogField.contextAuthorizer('code'),
          organizationId: AccessLogField.contextAuthorizer('organizationId'),
          userId: AccessLogField.contextAuthorizer('userId'),
          keyId: AccessLogField.contextAuthorizer('keyId'),
          authorizerLatencyMs: '$context.authorizer.latency',
          authorizerError: '$context.authorizer.error',
        }),
      },
    });
    this.#api.node.tryRemoveChild('Endpoint'); // the stack has the output, under a name of its own
    addGatewayResponses(this.#api, customerRefusals, {
      'Access-Control-Allow-Origin': config.corsAllowOrigin,
      'Access-Control-Expose-Headers': corsExposeHeaders.join(', '),
    });
    Aspects.of(this.#api).add({ visit: refuseOtherBodyTypes });
  }

  /** The account's setting by which API Gateway may write access logs; a stage that has one must come after it. */
  get loggingAccount(): IConstruct {
    return this.#api.node.findChild('Account');
  }

  /** The URL of the stage, without a slash at its end. */
  get url(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.#api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
  }

  /** Puts a function that manages keys behind a method and path: every request is validated. */
  keyRoute(method: string, path: string, handler: IFunction): void {
    this.#route(method, path, handler, this.#keyAuthorizer);
  }

  /** Puts a function behind a method and path: decisions may be cached, for as long as the settings say. */
  dataRoute(method: string, path: string, handler: IFunction): void {
    this.#route(method, path, handler, this.#dataAuthorizer);
  }

  /** Puts a function behind a method and path that anybody may call, at no more than a few requests a second in all. */
  openRoute(method: string, path: string, handler: IFunction, throttle: Throttle): void {
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.#api.root.resourceForPath(path).addMethod(method, integration, { authorizationType: AuthorizationType.NONE });
    this.#throttle(method, path, throttle);
  }

  /** Lets a function that revokes or changes keys end cached decisions, and has it do so, where there are any. */
  grantFlush(handler: LambdaFunction): void {
    if (!this.#cachesDecisions) return;
    const { partition, region } = Stack.of(this);
    const resource = `/restapis/${this.#api.restApiId}/stages/${stageName}/cache/authorizers`;
    new MetricFilter(handler, 'FlushFailures', {
      logGroup: handler.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'cache_not_flushed'),
      metricNamespace: 'ApiKeys',
      metricName: 'CacheNotFlushed',
      metricValue: '1',
    });
    handler.addEnvironment('AUTHORIZER_CACHE', `${this.#api.restApiId}/${stageName}`);
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['apigateway:DELETE'],
        resources: [`arn:${partition}:apigateway:${region}::${resource}`],
      }),
    );
  }

  #throttle(method: string, path: string, { ratePerSecond, burst }: Throttle): void {
    const stage = this.#api.deploymentStage.node.defaultChild as CfnStage;
    const others = Array.isArray(stage.methodSettings) ? stage.methodSettings : [];
    stage.methodSettings = [
      ...others,
      {
        httpMethod: method,
        resourcePath: `/${path.replaceAll('/', '~1')}`,
        dataTraceEnabled: false, // settings of a method inherit nothing from those of the stage
        throttlingRateLimit: ratePerSecond,
        throttlingBurstLimit: burst,
      },
    ];
  }

  #route(method: string, path: string, handler: IFunction, authorizer: RequestAuthorizer): void {
    // Without test invocation: one from the console would skip the authorizer.
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.#api.root
      .resourceForPath(path)
      .addMethod(method, integration, { authorizer, authorizationType: AuthorizationType.CUSTOM });
  }
}

/** A preflight with a body type of its own is refused, where API Gateway would fail over it. */
function refuseOtherBodyTypes(node: IConstruct): void {
  if (!(node instanceof CfnMethod) || node.httpMethod !== 'OPTIONS') return;
  node.addPropertyOverride('Integration.PassthroughBehavior', 'NEVER');
}
