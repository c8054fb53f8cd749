import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnApiKey, CfnUsagePlanKey, type IRestApi, Period, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { type UsagePlan as Limits, planPath, sharedMeterSuffix, usagePath } from '../shared/usage-plans.ts';
import type { Config } from './config.ts';
import type { CustomerApi } from './customer-api/customer-api.ts';
import type { DecisionTable } from './decision-table.ts';
import type { Grants } from './deployed-functions.ts';
import { ApiFunction, type ApiFunctionProps } from './lambda/api-function.ts';
import type { OperatorApi } from './operator-api/operator-api.ts';
import { acknowledgeWildcard } from './rest-api/acknowledged.ts';
import { allowScheduling, schedulerRole } from './scheduler-role.ts';

/** API Gateway does not say how long a new API key takes until it counts everywhere. */
const usualActivationSeconds = 60;

interface PlansProps {
  /** Distinguishes this deployment's metrics and meters from others in the account. */
  readonly deployment: string;
  readonly config: Config;
  readonly plans: Readonly<Record<string, Limits>>;
  readonly customers: CustomerApi;
  readonly operators: OperatorApi;
  readonly decisions: DecisionTable;
  readonly grants: Grants;
}

/** Usage plans that meter each organization, and the routes with which operators give an organization a plan. */
export class Plans extends Construct {
  /** Gives the keys of an organization its new plan. */
  readonly worker: ApiFunction;
  readonly #props: PlansProps;
  readonly #usagePlans: Readonly<Record<string, UsagePlan>>;

  constructor(scope: Construct, id: string, props: PlansProps) {
    super(scope, id);
    this.#props = props;
    const { plans, config, grants, operators, decisions } = props;
    this.#usagePlans = Object.fromEntries(
      Object.entries(plans).map(([name, plan]) => [name, this.#usagePlan(name, plan)]),
    );
    this.#addSharedMeter();
    const setter = this.#function('SetPlan', 'set-plan');
    const reader = this.#function('GetUsage', 'get-usage');
    this.worker = this.#function('ApplyPlan', 'apply-plan', { timeoutSeconds: 60 }); // no API waits for it
    setter.addEnvironment('PLAN_ACTIVATION_SECONDS', String(config.planActivationSeconds ?? usualActivationSeconds));
    grants.scalekit(setter);
    for (const permission of ['scalekit', 'record', 'mark'] as const) grants[permission](this.worker);
    decisions.grantReadSuspensions(this.worker);
    this.#allowSchedules(setter);
    this.#allowMeters({ setter, reader });
    operators.keyRoute(`PUT ${planPath}`, setter, 'setPlan', false);
    operators.keyRoute(`GET ${usagePath}`, reader, 'getUsage', false);
  }

  #usagePlan(name: string, { rate, burst, quota, period }: Limits): UsagePlan {
    const { restApi } = this.#props.customers;
    return new UsagePlan(this, `Plan-${name}`, {
      description: `The plan ${name}: limits of all keys of one organization together`,
      apiStages: [{ api: restApi as IRestApi, stage: restApi.deploymentStage }],
      throttle: { rateLimit: rate, burstLimit: burst },
      ...(quota !== undefined && period !== undefined ? { quota: { limit: quota, period: Period[period] } } : {}),
    });
  }

  /** So that no good key fails because its organization has no meter. */
  #addSharedMeter(): void {
    const { restApi } = this.#props.customers;
    const plan = new UsagePlan(this, 'WithoutPlan', {
      description: 'The organizations without a plan, together and without limits',
      apiStages: [{ api: restApi as IRestApi, stage: restApi.deploymentStage }],
    });
    const meter = new CfnApiKey(this, 'SharedMeter', {
      description: 'Counts the requests of organizations without a plan. It is no credential',
      enabled: true,
      value: Fn.join('', [restApi.restApiId, sharedMeterSuffix]),
    });
    new CfnUsagePlanKey(this, 'SharedMeterOfPlan', {
      keyId: meter.ref,
      keyType: 'API_KEY',
      usagePlanId: plan.usagePlanId,
    });
  }

  #function(id: string, entry: string, props: Partial<ApiFunctionProps> = {}): ApiFunction {
    const { config, deployment, customers, decisions } = this.#props;
    const one = new ApiFunction(this, id, { entry, config, ...props });
    one.addEnvironment('METRICS_DEPLOYMENT', deployment);
    one.addEnvironment('METERED_API_ID', customers.restApi.restApiId);
    const ids = Object.entries(this.#usagePlans).map(([name, { usagePlanId }]) => [name, usagePlanId]);
    one.addEnvironment('USAGE_PLAN_IDS', Stack.of(this).toJsonString(Object.fromEntries(ids)));
    if (entry === 'get-usage') decisions.grantReadPlans(one);
    else decisions.grantChangePlans(one);
    return one;
  }

  #allowSchedules(setter: ApiFunction): void {
    const group = new ScheduleGroup(this, 'Schedules', { removalPolicy: RemovalPolicy.DESTROY });
    const role = schedulerRole(this, group.scheduleGroupArn, this.worker);
    setter.addEnvironment('PLAN_TARGET_ARN', this.worker.functionArn);
    for (const planner of [setter, this.worker]) {
      planner.addEnvironment('PLAN_SCHEDULE_GROUP', group.scheduleGroupName);
      planner.addEnvironment('PLAN_ROLE_ARN', role.roleArn);
      allowScheduling(planner, { group, role, actions: ['scheduler:CreateSchedule'] });
    }
  }

  #allowMeters({ setter, reader }: { readonly setter: ApiFunction; readonly reader: ApiFunction }): void {
    const arnOf = (path: string) =>
      Stack.of(this).formatArn({ service: 'apigateway', account: '', resource: '', resourceName: path });
    const allow = (one: ApiFunction, method: string, resources: readonly string[]) => {
      for (const resource of resources.filter((arn) => arn.includes('*')))
        acknowledgeWildcard(one.role ?? one, resource, 'API Gateway has no names for API keys before they are made.');
      one.addToRolePolicy(new PolicyStatement({ actions: [`apigateway:${method}`], resources: [...resources] }));
    };
    const ids = Object.values(this.#usagePlans).map(({ usagePlanId }) => usagePlanId);
    for (const one of [setter, reader, this.worker]) allow(one, 'GET', [arnOf('apikeys')]);
    allow(setter, 'POST', [arnOf('apikeys'), ...ids.map((planId) => arnOf(`usageplans/${planId}/keys`))]);
    allow(
      reader,
      'GET',
      ids.map((planId) => arnOf(`usageplans/${planId}/usage`)),
    );
    allow(this.worker, 'DELETE', [arnOf('apikeys/*')]);
  }
}
