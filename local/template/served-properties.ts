import type { Template } from './assembly.ts';

/**
 * What the runtime serves of each resource type, by property. A type that is not here, and a property that is not
 * among its type's, is named in a warning at start. Types with `[]` do nothing locally, and lose nothing by it.
 */
const servedProperties: Readonly<Record<string, readonly string[] | 'all'>> = {
  'AWS::ApiGateway::RestApi': [
    'BinaryMediaTypes',
    'Description',
    'DisableExecuteApiEndpoint',
    'EndpointAccessMode', // as there is no TLS on localhost
    'EndpointConfiguration',
    'Name',
    'Policy',
    'SecurityPolicy',
    'Tags',
  ],
  'AWS::ApiGateway::BasePathMapping': 'all',
  'AWS::ApiGateway::DomainName': 'all', // of localhost, there is no other way in to switch off
  'AWS::ApiGateway::Resource': ['ParentId', 'PathPart', 'RestApiId'],
  'AWS::ApiGateway::Method': [
    'AuthorizationType',
    'AuthorizerId',
    'HttpMethod',
    'Integration',
    'MethodResponses',
    'OperationName',
    'ResourceId',
    'RestApiId',
  ],
  'AWS::ApiGateway::Authorizer': [
    'AuthorizerResultTtlInSeconds',
    'AuthorizerUri',
    'IdentitySource',
    'Name',
    'RestApiId',
    'Type',
  ],
  'AWS::ApiGateway::GatewayResponse': [
    'ResponseParameters',
    'ResponseTemplates',
    'ResponseType',
    'RestApiId',
    'StatusCode',
  ],
  'AWS::ApiGateway::Deployment': ['Description', 'RestApiId'],
  'AWS::ApiGateway::Stage': [
    'AccessLogSetting',
    'DeploymentId',
    'Description',
    'MethodSettings',
    'RestApiId',
    'StageName',
    'Tags',
    'TracingEnabled',
    'Variables',
  ],
  'AWS::Lambda::Function': [
    'Architectures',
    'Code',
    'DeadLetterConfig',
    'Description',
    'Environment',
    'FunctionName',
    'Handler',
    'LoggingConfig',
    'MemorySize',
    'Role',
    'Runtime',
    'Tags',
    'Timeout',
    'TracingConfig',
  ],
  'AWS::ApiGateway::Account': 'all',
  'AWS::CDK::Metadata': 'all',
  'AWS::CloudWatch::Alarm': 'all',
  'AWS::CloudWatch::Dashboard': 'all',
  'AWS::DynamoDB::Table': [
    'AttributeDefinitions',
    'BillingMode',
    'DeletionProtectionEnabled',
    'GlobalSecondaryIndexes',
    'KeySchema',
    'LocalSecondaryIndexes',
    'PointInTimeRecoverySpecification',
    'SSESpecification',
    'TableName',
    'Tags',
  ],
  'AWS::Events::Archive': 'all',
  'AWS::Events::EventBus': 'all',
  'AWS::IAM::ManagedPolicy': 'all',
  'AWS::IAM::Policy': 'all',
  'AWS::IAM::Role': 'all',
  'AWS::KMS::Alias': 'all',
  'AWS::KMS::Key': 'all',
  'AWS::Lambda::Alias': ['FunctionName', 'FunctionVersion', 'Name', 'ProvisionedConcurrencyConfig'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'MaximumRetryAttempts', 'Qualifier'],
  'AWS::Lambda::Permission': 'all',
  'AWS::Lambda::Version': ['Description', 'FunctionName'],
  'AWS::Logs::LogGroup': 'all',
  'AWS::Logs::MetricFilter': 'all',
  'AWS::Logs::QueryDefinition': 'all',
  'AWS::SNS::Topic': 'all',
  'AWS::SNS::TopicPolicy': 'all',
  'AWS::SQS::Queue': 'all',
  'AWS::SQS::QueuePolicy': 'all',
  'AWS::Scheduler::ScheduleGroup': 'all',
};

const servedMethodSettings = [
  'DataTraceEnabled',
  'HttpMethod',
  'LoggingLevel',
  'MetricsEnabled',
  'ResourcePath',
  'ThrottlingBurstLimit',
  'ThrottlingRateLimit',
];

/** Names what a template holds that the runtime does not serve. */
export function unservedParts(template: Template): string[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties, Condition }]) => {
    const served = servedProperties[Type];
    if (served === undefined) return [`${Type} ${logicalId}: this resource type is not served locally`];
    const lines = Object.keys(Properties)
      .filter((property) => served !== 'all' && !served.includes(property) && !isOff(Properties[property]))
      .map((property) => `${Type} ${logicalId}: ${property} has no effect locally`);
    for (const settings of methodSettings(Properties)) {
      for (const name of Object.keys(settings).filter((setting) => !servedMethodSettings.includes(setting))) {
        lines.push(`${Type} ${logicalId}: MethodSettings.${name} has no effect locally`);
      }
    }
    if (Condition) lines.push(`${Type} ${logicalId}: its Condition ${Condition} is taken as true`);
    return lines;
  });
}

function isOff(value: unknown): boolean {
  return value === false || value === undefined;
}

function methodSettings(properties: Record<string, unknown>): Record<string, unknown>[] {
  const settings = properties['MethodSettings'];
  return Array.isArray(settings) ? (settings as Record<string, unknown>[]) : [];
}
