import { fileURLToPath } from 'node:url';
import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ApiKeyAuth } from 'scalekit-api-keys-aws/cdk';

/** Notes of many customers in one table. Each key reads and writes only its own notes. */
export class NotesStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, { description: 'Notes behind API keys', ...props });
    const auth = new ApiKeyAuth(this, 'Keys', { stage: 'dev' });

    const organizationId = { name: 'organizationId', type: AttributeType.STRING };
    const table = new Table(this, 'Table', {
      partitionKey: organizationId,
      sortKey: { name: 'noteId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // Rows without a user are not in this index.
    table.addGlobalSecondaryIndex({
      indexName: 'byUser',
      partitionKey: organizationId,
      sortKey: { name: 'userId', type: AttributeType.STRING },
    });

    const route = (method: string, path: string, entry: string, action: string) => {
      const handler = new NodejsFunction(this, entry, {
        entry: fileURLToPath(new URL(`functions/${entry}.ts`, import.meta.url)),
        runtime: Runtime.NODEJS_24_X,
        architecture: Architecture.ARM_64,
        memorySize: 1024,
        environment: { NOTES_TABLE: table.tableName },
        bundling: { minify: true, bundleAwsSDK: true }, // the tested SDK is the SDK that runs
        logGroup: new LogGroup(this, `${entry}-log`, {
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        }),
      });
      table.grant(handler, action);
      auth.dataRoute(method, path, handler);
    };
    route('POST', '/notes', 'create-note', 'dynamodb:PutItem');
    route('GET', '/notes', 'list-notes', 'dynamodb:Query');
    route('GET', '/notes/{noteId}', 'get-note', 'dynamodb:GetItem');
    route('DELETE', '/notes/{noteId}', 'delete-note', 'dynamodb:DeleteItem');

    new CfnOutput(this, 'ApiUrl', { value: auth.url });
    new CfnOutput(this, 'OperatorApiUrl', { value: auth.operators.url });
    new CfnOutput(this, 'TableName', { value: table.tableName });
  }
}
