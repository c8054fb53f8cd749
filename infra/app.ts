import { App } from 'aws-cdk-lib';
import { ApiKeysStack } from './api-keys-stack.ts';
import { readConfig } from './config.ts';

const app = new App();
const config = readConfig(app.node);
new ApiKeysStack(app, `ApiKeys-${config.stage}`, { config });
