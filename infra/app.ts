import { App } from 'aws-cdk-lib';
import { ApiKeysStack } from './api-keys-stack.ts';
import { ConfigError } from './config.ts';
import { stackName } from './names.ts';
import { readSettings } from './settings.ts';

/** The project's app. `npm start` adds the example to it. */
export const app = new App();
try {
  const config = readSettings(app.node.getAllContext());
  new ApiKeysStack(app, stackName(config.stage), { config });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(1);
}
