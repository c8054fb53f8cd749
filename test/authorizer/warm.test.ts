import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ParameterStore } from '../../local/aws/ssm.ts';
import type { JsonServer } from '../../local/http/http-json.ts';
import { type EmbeddedScalekit, startEmbeddedScalekit } from '../../local/scalekit/server.ts';
import { storeCredentials } from '../../local/stored-secrets.ts';
import { sdkOf } from '../support/client.ts';
import { awsEnvironment, serveParameters } from '../support/parameter-server.ts';
import { startAuthorizer } from './authorizer-process.ts';
import { bundleAuthorizers } from './bundles.ts';

// Lambda freezes a provisioned environment when its module is loaded, and thaws it for a request hours later.

const path = '/scalekit/test';
let scalekit: EmbeddedScalekit;
let aws: JsonServer;
let key: string;

beforeAll(async () => {
  scalekit = await startEmbeddedScalekit({ databaseFile: ':memory:' });
  const parameters = new ParameterStore();
  aws = await serveParameters(parameters);
  storeCredentials(parameters, path, { environmentUrl: scalekit.environmentUrl, ...scalekit.client });
  const sdk = sdkOf({ environmentUrl: scalekit.environmentUrl, ...scalekit.client });
  const { organization } = await sdk.organization.createOrganization('Acme');
  key = (await sdk.token.createToken(organization?.id ?? '')).token;
});
afterAll(async () => {
  await scalekit.close();
  await aws.close();
});

test('a provisioned authorizer finishes loading only when it has its secrets and an access token', async () => {
  scalekit.monitor.resetCalls();
  const environment = {
    ...awsEnvironment(aws),
    SCALEKIT_PARAMETER_PATH: path,
    SCALEKIT_DEADLINE_MS: '2500',
    METRICS_DEPLOYMENT: 'Test',
    DECISION_TABLE: 'none',
    DECISION_CACHE_SECONDS: '60',
    OUTAGE_GRACE_SECONDS: '0',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency',
  };
  const authorizer = startAuthorizer(join(dirname(bundleAuthorizers().ours.file), 'warm.mjs'), environment);
  try {
    await authorizer.loaded;
    authorizer.freeze();
    expect(scalekit.monitor.calls['oauth/token']).toBe(1);
    authorizer.thaw();
    expect(await authorizer.decide(key)).toMatchObject({ effect: 'Allow' });
    expect(scalekit.monitor.calls['oauth/token']).toBe(1);
  } finally {
    authorizer.stop();
  }
});
