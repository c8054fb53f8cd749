import type { Stack } from './stack.ts';

/**
 * How the runtime serves a resource type: completely, with the listed properties, or not at all because it is safe to ignore.
 * A type or property that is not listed is named in a warning at start.
 */
export type Served = 'all' | 'ignored' | readonly string[];
export type ServedResources = Readonly<Record<string, Served>>;

/** The resource types that the gateway, the functions and IAM serve, and those that need no service. */
const servedByRuntime: ServedResources = {
  'AWS::ApiGateway::RestApi': [
    'ApiKeySourceType',
    'BinaryMediaTypes',
    'Description',
    'DisableExecuteApiEndpoint', // localhost has no other endpoint to disable
    'EndpointAccessMode',
    'EndpointConfiguration',
    'MinimumCompressionSize',
    'Name',
    'Policy',
    'SecurityPolicy',
    'Tags',
  ],
  'AWS::ApiGateway::BasePathMapping': 'all',
  'AWS::ApiGateway::DomainName': 'all',
  'AWS::ApiGateway::Resource': ['ParentId', 'PathPart', 'RestApiId'],
  'AWS::ApiGateway::Method': [
    'ApiKeyRequired',
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
    'ReservedConcurrentExecutions', // one machine runs few invocations at once
    'Role',
    'Runtime',
    'Tags',
    'Timeout',
    'TracingConfig',
  ],
  'AWS::ApiGateway::Account': 'all',
  'AWS::CDK::Metadata': 'ignored',
  'AWS::CloudWatch::Alarm': 'ignored',
  'AWS::CloudWatch::Dashboard': 'ignored',
  'AWS::IAM::ManagedPolicy': 'all',
  'AWS::IAM::Policy': 'all',
  'AWS::IAM::Role': 'all',
  'AWS::KMS::Alias': 'ignored',
  'AWS::KMS::Key': 'ignored',
  'AWS::Lambda::Alias': ['FunctionName', 'FunctionVersion', 'Name', 'ProvisionedConcurrencyConfig'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'MaximumRetryAttempts', 'Qualifier'],
  'AWS::Lambda::Permission': 'all',
  'AWS::Lambda::Version': ['Description', 'FunctionName'],
  'AWS::Logs::LogGroup': 'ignored',
  'AWS::Logs::MetricFilter': 'ignored',
  'AWS::Logs::QueryDefinition': 'ignored',
  'AWS::SNS::Topic': 'ignored',
  'AWS::SNS::TopicPolicy': 'ignored',
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

/** Names each part of a stack that neither the runtime nor a stand-in (`served`) serves. */
export function unservedParts({ template }: Stack, served: ServedResources): string[] {
  const table: ServedResources = { ...served, ...servedByRuntime };
  return Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties, Condition }]) => {
    const properties = table[Type];
    if (properties === undefined) return [`${Type} ${logicalId}: this resource type is not served locally`];
    const lines = Object.keys(Properties)
      .filter((property) => Array.isArray(properties) && !properties.includes(property) && !isOff(Properties[property]))
      .map((property) => `${Type} ${logicalId}: ${property} has no effect locally`);
    for (const settings of methodSettings(Properties)) {
      for (const [name, value] of Object.entries(settings)) {
        if (servedMethodSettings.includes(name) || isOff(value)) continue;
        lines.push(`${Type} ${logicalId}: MethodSettings.${name} has no effect locally`);
      }
    }
    if (Condition) lines.push(`${Type} ${logicalId}: its Condition ${Condition} is assumed to be true`);
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
