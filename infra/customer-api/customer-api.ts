import { Stack, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type IAuthorizer,
  type IResource,
  type MethodOptions,
  type RequestAuthorizer,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { corsExposeHeaders } from '../../shared/deployment.ts';
import { type Config, ConfigError } from '../config.ts';
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
import { customerRefusals } from './customer-refusals.ts';
import { newCustomerRestApi } from './customer-rest-api.ts';
import { Integrations } from './integrations.ts';
import { addPreflight } from './preflight.ts';
import { WebAcl } from './web-acl.ts';

/** A browser keeps the answer for an hour, and anybody may send one. */
const preflightLimit = { ratePerSecond: 50, burst: 100 };

/** What an adopted API sets for all methods is for its own: Scalekit sends no `x-api-key`, and a finder of a key has none. */
const nothingInherited: MethodOptions = { apiKeyRequired: false, requestParameters: {} };

interface CustomerApiProps {
  /** Of the API, in the account. */
  readonly name: string;
  /** Decides on every request but CORS preflight. */
  readonly authorizer: IFunction;
  readonly config: Config;
  /** An API that there is already. @default a new one, with stage v1 */
  readonly restApi?: RestApi | undefined;
}

/** Bearer keys on a REST API, of ours or adopted, and one problem body for every refusal of its gateway. */
export class CustomerApi extends Construct {
  readonly restApi: RestApi;
  /** `undefined` for an API that there was already. */
  readonly accessLog: LogGroup | undefined;
  readonly #config: Config;
  readonly #authorizers: Authorizers;
  readonly #domain: { readonly name: string; readonly alias: DomainAlias } | undefined;
  readonly #adopted: boolean;
  readonly #stageName: string;
  readonly #integrations: Integrations;
  readonly #withPreflight = new Set<IResource>();

  constructor(scope: Construct, id: string, { name, authorizer, config, restApi }: CustomerApiProps) {
    super(scope, id);
    if (restApi) requireAdoptable(restApi, this);
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
    }
    tellSumOfLimits(api, 'the customers’ API');
    const commonHeaders = {
      'Access-Control-Allow-Origin': config.corsAllowOrigin,
      'Access-Control-Expose-Headers': corsExposeHeaders.join(', '),
    };
    if (config.waf) new WebAcl(this, 'WebAcl', { config, stage: api.deploymentStage, commonHeaders });
    this.#domain = this.#domainOf(config);
    addGatewayResponses(api, customerRefusals, commonHeaders, config.docsUrl);
  }

  /** The account's setting by which API Gateway may write access logs; a stage that has one must come after it. `undefined` for an adopted API without. */
  get loggingAccount(): IConstruct | undefined {
    return this.restApi.node.tryFindChild('Account');
  }

  /** Decides on the routes of backends, also in other stacks than the API's. */
  get dataAuthorizer(): IAuthorizer {
    // Without its class: CDK would take an imported API for another one, and refuse.
    return { authorizerId: this.#authorizers.keys.authorizerId, authorizationType: AuthorizationType.CUSTOM };
  }

  /** What a DNS record for the domain must be an alias of; `undefined` without a domain. */
  get domainAlias(): DomainAlias | undefined {
    return this.#domain?.alias;
  }

  /** The URL of the stage, or of the domain, without a slash at its end. */
  get url(): string {
    if (this.#domain) return `https://${this.#domain.name}`;
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.restApi.restApiId}.execute-api.${region}.${urlSuffix}/${this.#stageName}`;
  }

  /**
   * Puts a function that manages keys behind a route: every request is validated. The limit is a tenth of other routes', but for
   * what ends access.
   */
  keyRoute(route: Route, handler: IFunction, endsAccess: boolean): void {
    const [method, path] = methodAndPath(route);
    this.#route(method, path, handler, this.#authorizers.keys);
    const share = endsAccess ? 1 : 10;
    throttle(this.restApi, method, path, {
      ratePerSecond: Math.ceil(this.#config.throttleRatePerSecond / share),
      burst: Math.ceil(this.#config.throttleBurst / share),
    });
  }

  /** Puts a function of a backend behind a method and path. */
  dataRoute(method: string, path: string, handler: IFunction): void {
    requireUnreserved(path);
    this.#route(method, path, handler, this.#authorizers.keys);
  }

  /** Puts a function behind a route that anybody may call, at no more than a few requests per second in all. */
  openRoute(route: Route, handler: IFunction, limit: Throttle): void {
    const [method, path] = methodAndPath(route);
    const open = this.restApi.root.resourceForPath(path).addMethod(method, this.#integrations.of(handler), {
      ...(this.#adopted ? nothingInherited : {}),
      authorizationType: AuthorizationType.NONE,
    });
    Validations.of(open).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Open by design: whoever finds a key may end it, webhooks are signed, and the contract is public.',
    });
    throttle(this.restApi, method, path, limit);
  }

  #domainOf({ domainName, certificateArn, disableDefaultEndpoint }: Config) {
    if (domainName === undefined || certificateArn === undefined) return undefined;
    const props = { restApi: this.restApi, domainName, certificateArn, disableDefaultEndpoint };
    const { alias } = new CustomDomain(this, 'CustomDomain', props);
    return { name: domainName, alias };
  }

  #route(method: string, path: string, handler: IFunction, authorizer: RequestAuthorizer): void {
    this.#resource(path).addMethod(method, this.#integrations.of(handler), {
      ...(this.#adopted ? nothingInherited : {}),
      authorizer,
      authorizationType: AuthorizationType.CUSTOM,
    });
  }

  /** A resource that pages call, so that it answers CORS preflight; an API that we were given may do that by default. */
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

/** Throws a {@link ConfigError} for a path that API Gateway answers itself where the API has a domain. */
function requireUnreserved(path: string): void {
  const [root, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0 || (root !== 'ping' && root !== 'sping')) return;
  throw new ConfigError(
    `ApiKeyAuth: the path ${path} is reserved: a domain answers it without the API. Use another, like /health`,
  );
}
