import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ApiFunction } from './api-function.ts';
import type { Config } from './config.ts';
import { CustomerApi } from './customer-api.ts';
import { ScalekitParameters } from './scalekit-parameters.ts';

interface ApiKeysStackProps extends StackProps {
  readonly config: Config;
}

/** The customers' API behind its keys; only wires constructs. */
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
    const whoami = new ApiFunction(this, 'Whoami', { entry: 'whoami', config });
    for (const caller of [authorizer, createKey, listKeys, getKey, updateKey, revokeKey]) parameters.grantRead(caller);

    const api = new CustomerApi(this, 'CustomerApi', { authorizer, config });
    api.keyRoute('POST', '/keys', createKey);
    api.keyRoute('GET', '/keys', listKeys);
    api.keyRoute('GET', '/keys/{keyId}', getKey);
    api.keyRoute('PATCH', '/keys/{keyId}', updateKey);
    api.keyRoute('DELETE', '/keys/{keyId}', revokeKey);
    api.dataRoute('GET', '/whoami', whoami);
    for (const changer of [updateKey, revokeKey]) api.grantFlush(changer);

    new CfnOutput(this, 'ApiUrl', { value: api.url, description: "The customers' API" });
    new CfnOutput(this, 'ScalekitParameterPath', {
      value: parameters.path,
      description: 'Where npm run secrets stores',
    });
  }
}
