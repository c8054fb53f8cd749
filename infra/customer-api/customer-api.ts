import { Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type IAuthorizer,
  type IResource,
  type Method,
  type MethodOptions,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { corsExposeHeaders, operationNameOf } from '../../shared/deployment.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Config } from '../config.ts';
import { methodAndPath, type Route, type Throttle } from '../key-functions.ts';
import { addGatewayResponses } from '../rest-api/gateway-responses.ts';
import { tellSumOfLimits } from '../rest-api/sum-of-limits.ts';
import { throttle } from '../rest-api/throttle.ts';
import {
  literalStageName,
  requireAdoptable,
  warnOfOtherCredentials,
  warnOfResourcePolicy,
} from './adopted-rest-api.ts';
import { type Authorizers, attach, createAuthorizers } from './authorizers.ts';
import { CustomDomain, type DomainAlias } from './custom-domain.ts';
import { customerRefusals, meteredRefusals } from './customer-refusals.ts';
import { newCustomerRestApi } from './customer-rest-api.ts';
import { Integrations } from './integrations.ts';
import { meterMethods, requireNoKeysOfItsOwn } from './metering.ts';
import { addPreflight } from './preflight.ts';
import { protectMethods, warnOfOpenMethods } from './protect.ts';
import { requireUnreserved } from './reserved-paths.ts';
import { associate, WebAcl } from './web-acl.ts';

/** A browser caches a preflight for an hour, and anyone may send one. */
const preflightLimit = { ratePerSecond: 50, burst: 100 };

/** Overrides an adopted API's defaults for methods: Scalekit sends no `x-api-key`, and neither does a finder of a key. */
const nothingInherited: MethodOptions = { apiKeyRequired: false, requestParameters: {}, methodResponses: [] };

interface CustomerApiProps {
  /** The name of the API in the account. */
  readonly name: string;
  /** Decides on every request except CORS preflight. */
  readonly authorizer: IFunction;
  readonly config: Config;
  /** An API to adopt. @default a new API with stage v1 */
  readonly restApi?: RestApi | undefined;
}

/** A REST API with bearer keys, ours or adopted, and a problem body for every refusal of its gateway. */
export class CustomerApi extends Construct {
  readonly restApi: RestApi;
  /** `undefined` for an adopted API. */
  readonly accessLog: LogGroup | undefined;
  readonly #config: Config;
  readonly #authorizers: Authorizers;
  readonly #domain: { readonly name: string; readonly alias: DomainAlias } | undefined;
  readonly #adopted: boolean;
  readonly #stageName: string;
  readonly #integrations: Integrations;
  readonly #withPreflight = new Set<IResource>();
  readonly #openMethods = new Set<unknown>();
  /** The routes on keys: an organization that has used up its quota can still manage and end its keys. */
  readonly #unmetered = new Set<unknown>();

  constructor(scope: Construct, id: string, { name, authorizer, config, restApi }: CustomerApiProps) {
    super(scope, id);
    if (restApi) requireAdoptable(restApi, this, config);
    if (restApi && config.plans) requireNoKeysOfItsOwn(restApi);
    this.#config = config;
    this.#authorizers = createAuthorizers(this, authorizer);
    this.#adopted = restApi !== undefined;
    const { api, accessLog } = restApi
      ? { api: restApi, accessLog: undefined }
      : newCustomerRestApi(this, 'Api', { name, config });
    this.restApi = api;
    this.accessLog = accessLog;
    this.#stageName = literalStageName(api);
    this.#integrations = new Integrations(api, this.#stageName);
    attach(this.#authorizers, authorizer, api);
    if (restApi) {
      warnOfOtherCredentials(restApi, Object.values(this.#authorizers));
      warnOfResourcePolicy(restApi);
      warnOfOpenMethods(restApi.root, this.#openMethods);
    }
    tellSumOfLimits(api, 'the customers’ API');
    const commonHeaders = {
      'Access-Control-Allow-Origin': config.corsAllowOrigin,
      'Access-Control-Expose-Headers': corsExposeHeaders.join(', '),
    };
    const stage = api.deploymentStage;
    if (config.waf) new WebAcl(this, 'WebAcl', { config, stage, commonHeaders });
    if (config.webAclArn !== undefined) associate(this, 'WebAclAssociation', stage, config.webAclArn);
    this.#domain = this.#domainOf(config);
    if (config.plans) meterMethods(api, this.#authorizers, this.#unmetered);
    const refusals = config.plans ? [...customerRefusals, ...meteredRefusals] : customerRefusals;
    addGatewayResponses(api, refusals, commonHeaders, config.docsUrl);
  }

  /**
   * The account setting that lets API Gateway write access logs. A stage with an access log must depend on it. `undefined` if the
   * API does not set it.
   */
  get loggingAccount(): IConstruct | undefined {
    return this.restApi.node.tryFindChild('Account');
  }

  /** The authorizer of backend routes, also for other stacks. */
  get dataAuthorizer(): IAuthorizer {
    // A plain object: from the class, CDK would treat an imported API as another API, and throw.
    return { authorizerId: this.#authorizers.keys.authorizerId, authorizationType: AuthorizationType.CUSTOM };
  }

  /** The target of a DNS alias record for the domain; `undefined` without a domain. */
  get domainAlias(): DomainAlias | undefined {
    return this.#domain?.alias;
  }

  /** The URL of the stage or of the domain, without a trailing slash. */
  get url(): string {
    if (this.#domain) return ['https:/', this.#domain.name, this.#config.basePath].filter(Boolean).join('/');
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.restApi.restApiId}.execute-api.${region}.${urlSuffix}/${this.#stageName}`;
  }

  /**
   * Adds a route that manages keys. Every request is validated. Its limit is a tenth of other routes' limit, unless it ends
   * access.
   */
  keyRoute(route: Route, handler: IFunction, operationName: string, endsAccess: boolean): void {
    const [method, path] = methodAndPath(route);
    this.#unmetered.add(this.#route(method, path, handler, operationName).node.defaultChild);
    const share = endsAccess ? 1 : 10;
    throttle(this.restApi, method, path, {
      ratePerSecond: Math.ceil(this.#config.throttleRatePerSecond / share),
      burst: Math.ceil(this.#config.throttleBurst / share),
    });
  }

  /** Adds a route to a function of a backend. */
  dataRoute(method: string, path: string, handler: IFunction, operationName = operationNameOf(method, path)): void {
    requireUnreserved(path);
    this.#route(method, path, handler, operationName);
  }

  /** Adds a route that anyone may call, with a limit for all clients together. */
  openRoute(route: Route, handler: IFunction, operationName: string, limit: Throttle): void {
    const [method, path] = methodAndPath(route);
    const open = this.restApi.root.resourceForPath(path).addMethod(method, this.#integrations.of(handler), {
      ...(this.#adopted ? nothingInherited : {}),
      operationName,
      authorizationType: AuthorizationType.NONE,
    });
    this.#openMethods.add(open.node.defaultChild);
    acknowledge(open, {
      id: 'AwsSolutions-APIG4',
      reason:
        'Open by design: anyone who finds a key may revoke it, webhooks are signed, the contract is public, and the page for keys has sessions.',
    });
    throttle(this.restApi, method, path, limit);
  }

  /** Puts the authorizer on every method at and below a resource that has no credentials of its own. */
  protect(resource: IResource): void {
    protectMethods(resource, this.dataAuthorizer, this.#openMethods);
  }

  #domainOf({ domainName, certificateArn, basePath, disableDefaultEndpoint }: Config) {
    if (domainName === undefined || certificateArn === undefined) return undefined;
    const props = { restApi: this.restApi, domainName, certificateArn, basePath, disableDefaultEndpoint };
    const { alias } = new CustomDomain(this, 'CustomDomain', props);
    return { name: domainName, alias };
  }

  #route(method: string, path: string, handler: IFunction, operationName: string): Method {
    return this.#resource(path).addMethod(method, this.#integrations.of(handler), {
      ...(this.#adopted ? nothingInherited : {}),
      operationName,
      authorizer: this.#authorizers.keys,
      authorizationType: AuthorizationType.CUSTOM,
    });
  }

  /** A resource that answers CORS preflight. An adopted API may already do so by default. */
  #resource(path: string): IResource {
    const resource = this.restApi.root.resourceForPath(path);
    const hasDefault = this.restApi.root.defaultCorsPreflightOptions !== undefined;
    if (!hasDefault && !this.#withPreflight.has(resource)) {
      this.#withPreflight.add(resource);
      addPreflight(resource, this.#config, this.#adopted);
      throttle(this.restApi, 'OPTIONS', path, preflightLimit);
    }
    return resource;
  }
}
