import { App } from 'aws-cdk-lib';
import { ApiKeysStack } from './api-keys-stack.ts';
import { ConfigError, readConfig } from './config.ts';
import { stackName } from './names.ts';

const app = new App();
try {
  const config = readConfig(app.node);
  new ApiKeysStack(app, stackName(config.stage), { config });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(1);
}
