import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type CfnStage,
  type CorsOptions,
  type IAuthorizer,
  IdentitySource,
  type IResource,
  type IRestApi,
  LambdaIntegration,
  RequestAuthorizer,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { corsExposeHeaders } from '../../shared/deployment.ts';
import type { Config } from '../config.ts';
import type { ApiFunction } from '../lambda/api-function.ts';
import { addGatewayResponses } from '../rest-api/gateway-responses.ts';
import { literalStageName, requireAdoptable, warnOfOtherCredentials } from './adopted-rest-api.ts';
import { CustomDomain } from './custom-domain.ts';
import { customerRefusals } from './customer-refusals.ts';
import { newCustomerRestApi, preflightFor } from './customer-rest-api.ts';
import { WebAcl } from './web-acl.ts';

interface CustomerApiProps {
  /** Of the API, in the account. */
  readonly name: string;
  /** Decides on every request but CORS preflight. */
  readonly authorizer: IFunction;
  readonly config: Config;
  /** An API that there is already. @default a new one, with stage v1 */
  readonly restApi?: RestApi | undefined;
}

/** How many requests a method takes, of all clients together. */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** Bearer keys on a REST API, of ours or adopted, and one problem body for every refusal of its gateway. */
export class CustomerApi extends Construct {
  readonly restApi: RestApi;
  /** `undefined` for an API that there was already. */
  readonly accessLog: LogGroup | undefined;
  readonly #domain: { readonly name: string; readonly aliasTarget: string } | undefined;
  readonly #keyThrottle: Throttle;
  readonly #adopted: boolean;
  readonly #stageName: string;
  readonly #preflight: CorsOptions;
  readonly #withPreflight = new Set<IResource>();
  readonly #keyAuthorizer: RequestAuthorizer;
  readonly #dataAuthorizer: RequestAuthorizer;
  readonly #cachesDecisions: boolean;

  constructor(scope: Construct, id: string, { name, authorizer, config, restApi }: CustomerApiProps) {
    super(scope, id);
    if (restApi) requireAdoptable(restApi, this);
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
    this.#adopted = restApi !== undefined;
    const { api, accessLog } = restApi
      ? { api: restApi, accessLog: undefined }
      : newCustomerRestApi(this, 'Api', { name, config });
    this.restApi = api;
    this.accessLog = accessLog;
    const authorizers = [...new Set([this.#keyAuthorizer, this.#dataAuthorizer])];
    // CDK does it with the first method that has the authorizer; there may be none here, but in another stack.
    for (const one of authorizers) one._attachToApi(api as IRestApi);
    if (restApi) warnOfOtherCredentials(restApi, authorizers);
    this.#stageName = literalStageName(this.restApi);
    this.#keyThrottle = {
      ratePerSecond: Math.ceil(config.throttleRatePerSecond / 10),
      burst: Math.ceil(config.throttleBurst / 10),
    };
    if (config.waf) new WebAcl(this, 'WebAcl', { config, stage: this.restApi.deploymentStage });
    this.#domain = this.#domainOf(config);
    this.#preflight = preflightFor(config);
    addGatewayResponses(this.restApi, customerRefusals, {
      'Access-Control-Allow-Origin': config.corsAllowOrigin,
      'Access-Control-Expose-Headers': corsExposeHeaders.join(', '),
    });
  }

  /** The account's setting by which API Gateway may write access logs; a stage that has one must come after it. `undefined` for an adopted API without. */
  get loggingAccount(): IConstruct | undefined {
    return this.restApi.node.tryFindChild('Account');
  }

  /** Decides on the routes of backends, also in other stacks than the API's. */
  get dataAuthorizer(): IAuthorizer {
    // Without its class: CDK would take an imported API for another one, and refuse.
    return { authorizerId: this.#dataAuthorizer.authorizerId, authorizationType: AuthorizationType.CUSTOM };
  }

  /** What a DNS record for the domain must be an alias of; `undefined` without a domain. */
  get domainAliasTarget(): string | undefined {
    return this.#domain?.aliasTarget;
  }

  /** The URL of the stage, or of the domain, without a slash at its end. */
  get url(): string {
    if (this.#domain) return `https://${this.#domain.name}`;
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.restApi.restApiId}.execute-api.${region}.${urlSuffix}/${this.#stageName}`;
  }

  /** Puts a function that manages keys behind a method and path: every request is validated. */
  keyRoute(method: string, path: string, handler: IFunction): void {
    this.#route(method, path, handler, this.#keyAuthorizer);
    this.#throttle(method, path, this.#keyThrottle);
  }

  /** Puts a function behind a method and path: decisions may be cached, for as long as the settings say. */
  dataRoute(method: string, path: string, handler: IFunction): void {
    this.#route(method, path, handler, this.#dataAuthorizer);
  }

  /** Puts a function behind a method and path that anybody may call, at no more than a few requests a second in all. */
  openRoute(method: string, path: string, handler: IFunction, throttle: Throttle): void {
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    const open = this.#resource(path).addMethod(method, integration, { authorizationType: AuthorizationType.NONE });
    Validations.of(open).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Open by design: whoever finds a key may end it, webhooks are signed, and the contract is public.',
    });
    this.#throttle(method, path, throttle);
  }

  /** Lets a function that revokes or changes keys end cached decisions, and has it do so, where there are any. */
  grantFlush(handler: ApiFunction): void {
    if (!this.#cachesDecisions) return;
    const { partition, region } = Stack.of(this);
    const resource = `/restapis/${this.restApi.restApiId}/stages/${this.#stageName}/cache/authorizers`;
    handler.addEnvironment('AUTHORIZER_CACHE', `${this.restApi.restApiId}/${this.#stageName}`);
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['apigateway:DELETE'],
        resources: [`arn:${partition}:apigateway:${region}::${resource}`],
      }),
    );
  }

  #domainOf({ domainName, certificateArn }: Config) {
    if (domainName === undefined || certificateArn === undefined) return undefined;
    const { restApi } = this;
    const { aliasTarget } = new CustomDomain(this, 'CustomDomain', { restApi, domainName, certificateArn });
    return { name: domainName, aliasTarget };
  }

  #throttle(method: string, path: string, { ratePerSecond, burst }: Throttle): void {
    const stage = this.restApi.deploymentStage.node.defaultChild as CfnStage;
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
    this.#resource(path).addMethod(method, integration, {
      authorizer,
      authorizationType: AuthorizationType.CUSTOM,
    });
  }

  /** A resource that answers CORS preflight, also where the API that we were given has none by default. */
  #resource(path: string): IResource {
    const resource = this.restApi.root.resourceForPath(path);
    const hasDefault = this.restApi.root.defaultCorsPreflightOptions !== undefined;
    if (this.#adopted && !hasDefault && !this.#withPreflight.has(resource)) {
      this.#withPreflight.add(resource);
      resource.addCorsPreflight(this.#preflight);
    }
    return resource;
  }
}
