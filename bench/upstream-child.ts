import { ParameterStore } from '../local/aws/ssm.ts';
import { startEmbeddedScalekit } from '../local/scalekit/server.ts';
import { storeCredentials } from '../local/stored-secrets.ts';
import { sdkOf } from '../test/support/client.ts';
import { awsEnvironment, serveParameters } from '../test/support/parameter-server.ts';
import type { UpstreamStarted } from './upstream.ts';

const path = '/scalekit/bench';
const scalekit = await startEmbeddedScalekit({ databaseFile: ':memory:' });
const parameters = new ParameterStore();
storeCredentials(parameters, path, { environmentUrl: scalekit.environmentUrl, ...scalekit.client });
const aws = await serveParameters(parameters);

const sdk = sdkOf({ environmentUrl: scalekit.environmentUrl, ...scalekit.client });
const { organization } = await sdk.organization.createOrganization('Bench');
const { token } = await sdk.token.createToken(organization?.id ?? '');
scalekit.monitor.resetCalls();

let ssmReads = 0;
process.on('message', () => {
  process.send?.({ ...scalekit.monitor.calls, ssm: parameters.reads - ssmReads });
  ssmReads = parameters.reads;
  scalekit.monitor.resetCalls();
});
process.on('disconnect', () => process.exit(0));
const started: UpstreamStarted = {
  scalekit: { environmentUrl: scalekit.environmentUrl, ...scalekit.client },
  key: token,
  environment: {
    ...awsEnvironment(aws),
    SCALEKIT_PARAMETER_PATH: path,
    SCALEKIT_DEADLINE_MS: '2500',
    DECISION_TABLE: 'decisions',
    DECISION_CACHE_SECONDS: '0',
    OUTAGE_GRACE_SECONDS: '0',
    POWERTOOLS_SERVICE_NAME: 'authorizer',
  },
};
process.send?.(started);
