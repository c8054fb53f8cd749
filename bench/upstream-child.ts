import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws as account } from '../local/account.ts';
import { DynamoDb } from '../local/aws/dynamodb.ts';
import { serveAws } from '../local/aws/server.ts';
import { ParameterStore } from '../local/aws/ssm.ts';
import { administratorAccess, Iam } from '../local/iam/iam.ts';
import { startEmbeddedScalekit } from '../local/scalekit/server.ts';
import { storeCredentials } from '../local/stored-secrets.ts';
import { sdkOf } from '../test/support/client.ts';
import { environmentFor } from '../test/support/parameter-server.ts';
import type { UpstreamStarted } from './upstream.ts';

const path = '/scalekit/bench';
const scalekit = await startEmbeddedScalekit({ databaseFile: ':memory:' });
const parameters = new ParameterStore();
storeCredentials(parameters, path, { environmentUrl: scalekit.environmentUrl, ...scalekit.client });
const table = 'decisions';
const folder = mkdtempSync(join(tmpdir(), 'bench-table-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const dynamodb = await DynamoDb.open(folder, [
  {
    name: table,
    arn: `arn:${account.partition}:dynamodb:${account.region}:${account.accountId}:table/${table}`,
    definition: {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  },
]);
const iam = new Iam([]);
const { credentials } = iam.createUser('bench', [administratorAccess]);
const aws = await serveAws(iam, { ssm: parameters, dynamodb });

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
    ...environmentFor(aws, credentials),
    DECISION_TABLE: table,
    DECISION_CACHE_SECONDS: '0',
    OUTAGE_GRACE_SECONDS: '0',
    SCALEKIT_PARAMETER_PATH: path,
    SCALEKIT_DEADLINE_MS: '2500',
    POWERTOOLS_SERVICE_NAME: 'authorizer',
  },
};
process.send?.(started);
