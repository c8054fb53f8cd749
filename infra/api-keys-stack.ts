import { Aspects, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { outputNames } from '../shared/deployment.ts';
import { ApiKeyAuth } from './api-key-auth.ts';
import type { Config } from './config.ts';
import { ApiFunction } from './lambda/api-function.ts';

interface ApiKeysStackProps extends StackProps {
  readonly config: Config;
}

/** An API behind keys, with one example of a backend. */
export class ApiKeysStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: ApiKeysStackProps) {
    super(scope, id, {
      description: 'API keys by Scalekit in front of an API Gateway REST API',
      terminationProtection: config.stage !== 'dev', // customers have its URL
      ...props,
    });

    const auth = new ApiKeyAuth(this, 'Default', config); // CDK omits the id `Default` from the ids of its parts
    const whoami = new ApiFunction(this, 'Whoami', { entry: 'whoami', memoryMb: 512, config });
    auth.dataRoute('GET', '/whoami', whoami, 'whoami');
    if (auth.customerManagedKey) Aspects.of(this).add(auth.customerManagedKey);

    auth.addOutputs();
    new CfnOutput(this, outputNames.settings, {
      value: JSON.stringify(config),
      description: 'The settings of this deployment',
    });
  }
}
