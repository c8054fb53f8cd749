import type { IAuthorizer, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ApiFunction } from './api-function.ts';
import { AuditTrail } from './audit-trail.ts';
import { type Config, completeConfig } from './config.ts';
import { CustomerApi } from './customer-api.ts';
import { KeyRotation } from './key-rotation.ts';
import { OperatorApi } from './operator-api.ts';
import { ScalekitParameters } from './scalekit-parameters.ts';

/** Every setting has a default; a value that is not allowed fails the synthesis, and says what is. */
export interface ApiKeyAuthProps extends Partial<Config> {
  /**
   * The API that keys are put in front of; it gets the routes of keys, the gateway's answers, and an authorizer for routes of
   * its own. @default a new one, with stage v1
   */
  readonly restApi?: RestApi;
}

/**
 * API keys in front of a REST API: the authorizer, the routes that manage keys, the operators' API beside it, and the record of
 * all that happens to keys. Before it is deployed, `npm run secrets` stores the Scalekit credentials under its stage.
 */
export class ApiKeyAuth extends Construct {
  /** The API, with the routes of keys in it. */
  readonly restApi: RestApi;
  /** For your own routes: `addMethod('GET', integration, { authorizer })`, also in other stacks. */
  readonly authorizer: IAuthorizer;
  readonly operators: OperatorApi;
  readonly audit: AuditTrail;
  /** Overlaps of rotated keys that could not be ended. */
  readonly deadLetterQueue: IQueue;
  /** Where the Scalekit credentials are in SSM Parameter Store. */
  readonly parameterPath: string;
  readonly #customers: CustomerApi;

  constructor(scope: Construct, id: string, { restApi, ...given }: ApiKeyAuthProps = {}) {
    const config = completeConfig(given);
    super(scope, id);
    const parameters = new ScalekitParameters(this, 'ScalekitParameters', config);
    const authorizer = new ApiFunction(this, 'Authorizer', { entry: 'authorizer', config, timeoutSeconds: 10 });
    const createKey = new ApiFunction(this, 'CreateKey', { entry: 'create-key', config });
    const listKeys = new ApiFunction(this, 'ListKeys', { entry: 'list-keys', config });
    const getKey = new ApiFunction(this, 'GetKey', { entry: 'get-key', config });
    const updateKey = new ApiFunction(this, 'UpdateKey', { entry: 'update-key', config });
    const revokeKey = new ApiFunction(this, 'RevokeKey', { entry: 'revoke-key', config });
    // It looks through the keys twice, and may flush: API Gateway waits 29 s.
    const rotateKey = new ApiFunction(this, 'RotateKey', { entry: 'rotate-key', config, timeoutSeconds: 28 });
    const rotation = new KeyRotation(this, 'KeyRotation', { config });
    rotation.grantSchedule(rotateKey);
    const revokeKeys = new ApiFunction(this, 'RevokeKeys', { entry: 'revoke-keys', config });
    const openApi = new ApiFunction(this, 'OpenApi', { entry: 'openapi', config });
    const revokeLeakedKey = new ApiFunction(this, 'RevokeLeakedKey', { entry: 'revoke-leaked-key', config });
    const webhook = new ApiFunction(this, 'ScalekitWebhook', { entry: 'scalekit-webhook', config, timeoutSeconds: 28 });
    parameters.grantReadWebhookSecret(webhook);
    const changers = [updateKey, revokeKey, rotateKey, rotation.endOverlap, revokeKeys, revokeLeakedKey, webhook];
    for (const caller of [authorizer, createKey, listKeys, getKey, ...changers]) parameters.grantRead(caller);
    this.audit = new AuditTrail(this, 'Audit');
    for (const recorder of [createKey, ...changers]) this.audit.grantRecord(recorder);

    const api = new CustomerApi(this, 'CustomerApi', { authorizer, config, restApi });
    this.operators = new OperatorApi(this, 'OperatorApi', { config, loggingAccount: api.loggingAccount });
    for (const plane of [api, this.operators]) {
      plane.keyRoute('POST', '/keys', createKey);
      plane.keyRoute('GET', '/keys', listKeys);
      plane.keyRoute('GET', '/keys/{keyId}', getKey);
      plane.keyRoute('PATCH', '/keys/{keyId}', updateKey);
      plane.keyRoute('DELETE', '/keys/{keyId}', revokeKey);
      plane.keyRoute('POST', '/keys/{keyId}/rotate', rotateKey);
      plane.keyRoute('POST', '/keys/revoke', revokeKeys);
    }
    api.openRoute('POST', '/revoke', revokeLeakedKey, { ratePerSecond: 5, burst: 10 });
    api.openRoute('POST', '/webhooks/scalekit', webhook, { ratePerSecond: 20, burst: 40 });
    api.openRoute('GET', '/openapi.json', openApi, { ratePerSecond: 20, burst: 40 });
    for (const changer of changers) api.grantFlush(changer);

    this.restApi = api.restApi;
    this.authorizer = api.dataAuthorizer;
    this.deadLetterQueue = rotation.deadLetterQueue;
    this.parameterPath = parameters.path;
    this.#customers = api;
  }

  /** The URL of the API's stage, without a slash at its end. */
  get url(): string {
    return this.#customers.url;
  }

  /** Puts a function of yours behind a method and path of the API, for requests with a key. */
  dataRoute(method: string, path: string, handler: IFunction): void {
    this.#customers.dataRoute(method, path, handler);
  }
}
