import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ApiFunction } from './api-function.ts';
import { AuditTrail } from './audit-trail.ts';
import type { Config } from './config.ts';
import { CustomerApi } from './customer-api.ts';
import { KeyRotation } from './key-rotation.ts';
import { OperatorApi } from './operator-api.ts';
import { ScalekitParameters } from './scalekit-parameters.ts';

interface ApiKeysStackProps extends StackProps {
  readonly config: Config;
}

/** The customers' API behind its keys, and the operators' beside it; only wires constructs. */
export class ApiKeysStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: ApiKeysStackProps) {
    super(scope, id, { description: 'API keys by Scalekit in front of an API Gateway REST API', ...props });

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
    const whoami = new ApiFunction(this, 'Whoami', { entry: 'whoami', config });
    const openapi = new ApiFunction(this, 'OpenApi', { entry: 'openapi', config });
    const revokeKeys = new ApiFunction(this, 'RevokeKeys', { entry: 'revoke-keys', config });
    const revokeLeakedKey = new ApiFunction(this, 'RevokeLeakedKey', { entry: 'revoke-leaked-key', config });
    const webhook = new ApiFunction(this, 'ScalekitWebhook', { entry: 'scalekit-webhook', config, timeoutSeconds: 28 });
    parameters.grantReadWebhookSecret(webhook);
    const changers = [updateKey, revokeKey, rotateKey, rotation.endOverlap, revokeKeys, revokeLeakedKey, webhook];
    for (const caller of [authorizer, createKey, listKeys, getKey, ...changers]) parameters.grantRead(caller);
    const audit = new AuditTrail(this, 'Audit');
    for (const recorder of [createKey, ...changers]) audit.grantRecord(recorder);

    const api = new CustomerApi(this, 'CustomerApi', { authorizer, config });
    const operators = new OperatorApi(this, 'OperatorApi', { config });
    operators.node.addDependency(api.loggingAccount);
    for (const plane of [api, operators]) {
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
    api.openRoute('GET', '/openapi.json', openapi, { ratePerSecond: 20, burst: 40 });
    api.dataRoute('GET', '/whoami', whoami);
    for (const changer of changers) api.grantFlush(changer);

    new CfnOutput(this, 'ApiUrl', { value: api.url, description: "The customers' API" });
    new CfnOutput(this, 'OperatorApiUrl', { value: operators.url, description: "The operators' API" });
    new CfnOutput(this, 'OperatorPolicyArn', {
      value: operators.policy.managedPolicyArn,
      description: 'Attach it to who manages the keys of every organization',
    });
    new CfnOutput(this, 'OrganizationOperatorPolicyArn', {
      value: operators.organizationPolicy.managedPolicyArn,
      description: 'Attach it to who manages the keys of the organization that its tag organizationId names',
    });
    new CfnOutput(this, 'AuditEventBusName', {
      value: audit.bus.eventBusName,
      description: 'Where each change of a key is told of',
    });
    new CfnOutput(this, 'ScalekitParameterPath', {
      value: parameters.path,
      description: 'Where npm run secrets stores',
    });
  }
}
