import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AuthorizationType,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
  type Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, Effect, ManagedPolicy, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { operatorRoute } from '../../shared/deployment.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Config } from '../config.ts';
import { methodAndPath, operatorMethods, type Route, type Throttle } from '../key-functions.ts';
import { accessLogFormat } from '../rest-api/access-log.ts';
import { acknowledgeRestApiRules, acknowledgeWildcard } from '../rest-api/acknowledged.ts';
import { loggingRole, regionalDualStack, requireModernTls } from '../rest-api/endpoint.ts';
import { addGatewayResponses } from '../rest-api/gateway-responses.ts';
import { throttle } from '../rest-api/throttle.ts';
import { operatorRefusals } from './operator-refusals.ts';

const stageName = 'v1';

/** The limit of each method, for all operators together. Routes that end access have the limit of a customer data route. */
const limitOfOthers = { ratePerSecond: 100, burst: 200 };

interface OperatorApiProps {
  /** The name of the API in the account. */
  readonly name: string;
  readonly config: Config;
  /** The account setting that lets API Gateway write access logs. @default its own */
  readonly loggingAccount?: IConstruct | undefined;
}

/** The operators' REST API: stage `v1`, AWS IAM on every method, and each route below an organization. */
export class OperatorApi extends Construct {
  /** Lets its holder manage the keys of every organization. */
  readonly policy: ManagedPolicy;
  /** Lets its holder manage the keys of the one organization that its tag `organizationId` names. */
  readonly organizationPolicy: ManagedPolicy;
  readonly #api: RestApi;
  readonly #endingLimit: Throttle;

  constructor(scope: Construct, id: string, { name, config, loggingAccount }: OperatorApiProps) {
    super(scope, id);
    this.#endingLimit = { ratePerSecond: config.throttleRatePerSecond, burst: config.throttleBurst };
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.#api = new RestApi(this, 'Api', {
      restApiName: name,
      description: "The operators' API: AWS Signature Version 4",
      ...addressPolicy(config.operatorAddresses),
      endpointConfiguration: regionalDualStack,
      ...loggingRole(config.cloudWatchRole && !loggingAccount),
      deployOptions: {
        stageName,
        tracingEnabled: config.tracing,
        dataTraceEnabled: false, // it would log responses, including keys
        throttlingRateLimit: limitOfOthers.ratePerSecond,
        throttlingBurstLimit: limitOfOthers.burst,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: accessLogFormat({ userArn: AccessLogField.contextIdentityUserArn() }),
      },
    });
    requireModernTls(this.#api);
    acknowledgeRestApiRules(this.#api);
    acknowledge(this.#api, {
      id: 'AwsSolutions-APIG3',
      reason: 'API Gateway refuses requests that AWS IAM does not allow, before our code runs.',
    });
    this.#api.node.tryRemoveChild('Endpoint');
    if (loggingAccount) this.node.addDependency(loggingAccount);
    addGatewayResponses(this.#api, operatorRefusals, {}, config.docsUrl);
    // Only who may manage every organization may give one of them another plan.
    const more = config.plans ? ['PUT'] : [];
    this.policy = this.#policyFor('OperatorPolicy', '*', 'of every organization', more);
    this.organizationPolicy = this.#policyFor(
      'OrganizationOperatorPolicy',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable
      '${aws:PrincipalTag/organizationId}',
      'of the organization that the tag organizationId of the user or role names',
    );
  }

  /** The one stage of the API. */
  get stage(): Stage {
    return this.#api.deploymentStage;
  }

  /** The URL of the stage, without a trailing slash. */
  get url(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.#api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
  }

  /** Adds a route that manages keys, below the organization's path. */
  keyRoute(route: Route, handler: IFunction, operationName: string, endsAccess: boolean): void {
    const [method, path] = methodAndPath(route);
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.#api.root
      .resourceForPath(operatorRoute + path)
      .addMethod(method, integration, { operationName, authorizationType: AuthorizationType.IAM });
    if (endsAccess) throttle(this.#api, method, operatorRoute + path, this.#endingLimit);
  }

  #policyFor(id: string, organizationId: string, whose: string, more: readonly string[] = []): ManagedPolicy {
    const below = `${operatorRoute.replace('{organizationId}', organizationId)}/*`;
    // A wildcard for the method would span slashes, and match paths that only look like the organization's.
    const arns = [...operatorMethods(), ...more].map((method) =>
      Stack.of(this).formatArn({
        service: 'execute-api',
        resource: `${this.#api.restApiId}/${stageName}/${method}${below}`,
      }),
    );
    const policy = new ManagedPolicy(this, id, {
      description: `Manage the API keys ${whose}`,
      statements: [new PolicyStatement({ actions: ['execute-api:Invoke'], resources: arns })],
    });
    for (const arn of arns)
      acknowledgeWildcard(
        policy,
        arn,
        'An operator may use every route below the organizations that the policy names.',
      );
    return policy;
  }
}

/** Denies other addresses before IAM runs. It has no Allow, which would allow the whole account. */
function addressPolicy(ranges: string | undefined): { readonly policy?: PolicyDocument } {
  if (ranges === undefined) return {};
  const statement = new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
    conditions: { NotIpAddress: { 'aws:SourceIp': ranges.split(' ') } },
  });
  return { policy: new PolicyDocument({ statements: [statement] }) };
}
