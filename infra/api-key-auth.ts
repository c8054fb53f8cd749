import { Aspects, Names, Stack, Token } from 'aws-cdk-lib';
import type { IAuthorizer, IResource, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Alias, type IFunction, type IVersion } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AuditTrail } from './audit-trail.ts';
import { Canary } from './canary.ts';
import { type Config, ConfigError, completeConfig } from './config.ts';
import { CustomerApi } from './customer-api/customer-api.ts';
import { CustomerManagedKey } from './customer-managed-key.ts';
import { DecisionTable } from './decision-table.ts';
import {
  addRoutes,
  createFunctions,
  type DeployedFunctions,
  functionsThatMay,
  grantPermissions,
} from './deployed-functions.ts';
import { ExpiryReminders } from './expiry-reminders.ts';
import { grantsOf } from './grants.ts';
import { KeyRotation } from './key-rotation.ts';
import type { ApiFunction } from './lambda/api-function.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { OperatorApi } from './operator-api/operator-api.ts';
import { addOutputs } from './outputs.ts';
import { Plans } from './plans.ts';
import { Portal } from './portal.ts';
import { requireRoomInStack } from './resource-limit.ts';
import { ScalekitParameters } from './scalekit-parameters.ts';
import { ServedContract } from './served-contract.ts';
import { WorkQueue } from './work-queue.ts';

/** Every setting has a default. Synthesis fails on an invalid value and names the allowed ones. */
export interface ApiKeyAuthProps extends Partial<Config> {
  /**
   * The API to protect. It gets the key routes, the gateway responses, and an authorizer for its own routes. @default a new API
   * with stage v1
   */
  readonly restApi?: RestApi;
  /**
   * The SNS topic that gets every alarm. Its policy must let `cloudwatch.amazonaws.com` publish. @default a new topic
   */
  readonly alarmTopic?: ITopic;
  /** The event bus that gets the audit events, which this project then does not archive. @default a new bus with an archive */
  readonly eventBus?: IEventBus;
  /**
   * Your own KMS key, which turns `customerManagedKey` on. The policy of an imported key must allow what that of a new one does.
   * @default a new key with `customerManagedKey`, else none
   */
  readonly encryptionKey?: IKey;
}

/**
 * API keys in front of a REST API: the authorizer, the routes that manage keys, the operators' API, and the audit trail. Before
 * you deploy it, run `npm run secrets` for its stage: it stores the Scalekit credentials.
 */
export class ApiKeyAuth extends Construct {
  /** The API, including the key routes. */
  readonly restApi: RestApi;
  /** For your own routes: `addMethod('GET', integration, { authorizer })`, also in other stacks. */
  readonly authorizer: IAuthorizer;
  readonly operators: OperatorApi;
  readonly audit: AuditTrail;
  /** Alarms, a dashboard, and saved queries; `undefined` if the setting turns them off. */
  readonly monitoring: Monitoring | undefined;
  /** Encrypts all stored data; `undefined` unless the settings enable it. It is an aspect: add it to your own constructs too. */
  readonly customerManagedKey: CustomerManagedKey | undefined;
  /** Revocations that failed for hours: keys of leavers, and rotated keys. */
  readonly deadLetterQueue: IQueue;
  /** Revocations that failed when they were due, and are retried. */
  readonly workQueue: IQueue;
  /** The table of the decision cache. */
  readonly decisionTableName: string;
  /** The path of the Scalekit credentials in SSM Parameter Store. */
  readonly parameterPath: string;
  readonly #customers: CustomerApi;
  readonly #contract: ServedContract;

  constructor(scope: Construct, id: string, props: ApiKeyAuthProps = {}) {
    const { restApi, alarmTopic, eventBus, encryptionKey, ...given } = props;
    const config = completeConfig(given, Token.isUnresolved);
    super(scope, id);
    requireRoomInStack(this);
    const deployment = Names.uniqueResourceName(this, { separator: '-', allowedSpecialCharacters: '-', maxLength: 60 });
    if (config.customerManagedKey || encryptionKey) {
      this.customerManagedKey = new CustomerManagedKey(this, 'CustomerManagedKey', { deployment, encryptionKey });
      Aspects.of(this).add(this.customerManagedKey);
    }
    const parameters = new ScalekitParameters(this, 'ScalekitParameters', {
      config,
      key: this.customerManagedKey?.key,
    });
    const rotation = new KeyRotation(this, 'KeyRotation', { config });
    const work = new WorkQueue(this, 'WorkQueue', { deadLetters: rotation.deadLetterQueue });
    this.audit = new AuditTrail(this, 'Audit', { eventBus, archived: config.auditArchive });
    const decisions = new DecisionTable(this, 'Decisions', { config });
    const reminders = config.expiryReminders
      ? new ExpiryReminders(this, 'ExpiryReminders', { deployment, config })
      : undefined;
    const functions = createFunctions(this, { deployment, config, rotation });
    const authorizer = keptWarm(this, functions.Authorizer, config);
    const api = new CustomerApi(this, 'CustomerApi', { name: deployment, authorizer, config, restApi });
    this.operators = new OperatorApi(this, 'OperatorApi', {
      name: `${deployment}-operators`,
      config,
      loggingAccount: api.loggingAccount,
    });
    addRoutes(functions, api, this.operators);
    const grants = grantsOf({ rotation, parameters, audit: this.audit, decisions, work, reminders });
    grantPermissions(functions, grants);
    const part = { deployment, config, customers: api, operators: this.operators, grants };
    const plans = config.plans ? new Plans(this, 'Plans', { ...part, plans: config.plans, decisions }) : undefined;
    const portal = config.portal ? new Portal(this, 'Portal', part) : undefined;
    const canary = config.canary ? new Canary(this, 'Canary', { config, url: api.url, parameters }) : undefined;
    if (!config.monitoring && alarmTopic)
      throw new ConfigError('ApiKeyAuth: alarmTopic needs monitoring: without it there are no alarms');
    this.monitoring = config.monitoring
      ? new Monitoring(this, 'Monitoring', {
          deployment,
          authorizer: functions.Authorizer,
          recorders: recordersOf(functions, portal?.function, plans?.worker, reminders?.function),
          stage: api.restApi.deploymentStage,
          operatorStage: this.operators.stage,
          warmAuthorizer: authorizer === functions.Authorizer ? undefined : authorizer,
          canary: canary?.function,
          alarmTopic,
          alarmEmail: config.alarmEmail,
          accessLog: api.accessLog,
          work: work.queue,
          deadLetters: rotation.deadLetterQueue,
          decisionCache: config,
          hasPlans: plans !== undefined,
        })
      : undefined;

    this.restApi = api.restApi;
    this.authorizer = api.dataAuthorizer;
    this.deadLetterQueue = rotation.deadLetterQueue;
    this.workQueue = work.queue;
    this.decisionTableName = decisions.table.tableName;
    this.parameterPath = parameters.path;
    this.#customers = api;
    this.#contract = new ServedContract(functions.OpenApi);
  }

  /** The target of a DNS alias record for `domainName`. */
  get domainAliasTarget(): string | undefined {
    return this.#customers.domainAlias?.target;
  }

  /** The hosted zone of that target: an alias record in Route 53 needs both. */
  get domainAliasHostedZoneId(): string | undefined {
    return this.#customers.domainAlias?.hostedZoneId;
  }

  /** The URL of the API's stage or its domain, without a trailing slash. */
  get url(): string {
    return this.#customers.url;
  }

  /**
   * Adds a route to your function, for requests with a key. The contract shows it, with the name of its operation, by default like
   * `getOrders`. Throws for `/ping` and `/sping`.
   */
  dataRoute(method: string, path: string, handler: IFunction, operationName?: string): void {
    this.#customers.dataRoute(method, path, handler, operationName);
    this.#contract.show(method, path, operationName);
  }

  /**
   * Puts the authorizer on every method of `restApi` at and below a resource, also on methods that are added later:
   * `auth.protect(restApi.root)`. Preflights, and methods with other credentials, keep theirs.
   */
  protect(resource: IResource): void {
    this.#customers.protect(resource);
  }

  /** Adds to the stack the outputs that the commands of this project read. Their names are the same in every stack. */
  addOutputs(): void {
    addOutputs(Stack.of(this), this);
  }
}

/** The authorizer, or its alias with provisioned concurrency. */
function keptWarm(scope: Construct, authorizer: ApiFunction, config: Config): IFunction {
  const { authorizerProvisionedConcurrency: provisionedConcurrentExecutions } = config;
  if (provisionedConcurrentExecutions === 0) return authorizer;
  const version = authorizer.currentVersion as IVersion;
  const props = { aliasName: 'live', version, provisionedConcurrentExecutions };
  return new Alias(scope, 'AuthorizerAlias', props) as IFunction;
}

/** The functions that record audit events. */
function recordersOf(functions: DeployedFunctions, ...others: readonly (ApiFunction | undefined)[]): ApiFunction[] {
  return [...functionsThatMay('record', functions), ...others.filter((one) => one !== undefined)];
}
