import { createHash } from 'node:crypto';
import { arnOf, aws } from '../account.ts';

/** The part of a template's resource that its id depends on. */
export interface Declared {
  readonly stackName: string;
  readonly logicalId: string;
  /** A property, resolved. */
  property(name: string): unknown;
}

/** The values that CloudFormation has for a deployed resource of one type. */
interface ResourceIds {
  /** The value of `Ref`: a name, an id or an ARN, the same in every run. */
  readonly ref: (resource: Declared) => string;
  /** The values of `Fn::GetAtt`, each computed from the value of `Ref`. */
  readonly attributes?: Readonly<Record<string, (ref: string) => string>>;
}

const generated = ({ stackName, logicalId }: Declared) => `${stackName}-${logicalId}`;
const named = (property: string) => (resource: Declared) =>
  (resource.property(property) as string) ?? generated(resource);
const hashed = ({ stackName, logicalId }: Declared) => shortId(`${stackName}/${logicalId}`);
const arnFor = (service: string, prefix: string) => (ref: string) => arnOf(service, `${prefix}${ref}`);
const lastSegment = (ref: string) => ref.split('/').at(-1) ?? ref;

const resourceIds: Readonly<Record<string, ResourceIds>> = {
  'AWS::ApiGateway::ApiKey': { ref: hashed },
  'AWS::ApiGateway::Authorizer': { ref: hashed },
  'AWS::ApiGateway::Deployment': { ref: hashed },
  'AWS::ApiGateway::DomainName': {
    ref: named('DomainName'),
    attributes: {
      RegionalDomainName: (ref) => `d-${shortId(ref)}.execute-api.${aws.region}.${aws.urlSuffix}`,
      RegionalHostedZoneId: () => 'Z00000000LOCAL',
    },
  },
  'AWS::ApiGateway::Resource': { ref: hashed },
  'AWS::ApiGateway::RestApi': { ref: hashed, attributes: { RootResourceId: (ref) => `root-${ref}` } },
  'AWS::ApiGateway::Stage': { ref: named('StageName') },
  'AWS::ApiGateway::UsagePlan': { ref: hashed },
  'AWS::CloudWatch::Alarm': { ref: generated, attributes: { Arn: arnFor('cloudwatch', 'alarm:') } },
  'AWS::DynamoDB::Table': { ref: named('TableName'), attributes: { Arn: arnFor('dynamodb', 'table/') } },
  'AWS::Events::EventBus': { ref: named('Name'), attributes: { Arn: arnFor('events', 'event-bus/') } },
  'AWS::IAM::ManagedPolicy': { ref: (resource) => arnOf('iam', `policy/${generated(resource)}`) },
  'AWS::IAM::Role': { ref: generated, attributes: { Arn: arnFor('iam', 'role/') } },
  'AWS::KMS::Key': { ref: generated, attributes: { Arn: arnFor('kms', 'key/') } },
  'AWS::Lambda::Alias': { ref: (resource) => `${functionArn(resource)}:${named('Name')(resource)}` },
  'AWS::Lambda::Function': { ref: named('FunctionName'), attributes: { Arn: arnFor('lambda', 'function:') } },
  'AWS::Lambda::Version': { ref: (resource) => `${functionArn(resource)}:1`, attributes: { Version: () => '1' } },
  'AWS::Logs::LogGroup': {
    ref: named('LogGroupName'),
    attributes: { Arn: (ref) => arnOf('logs', `log-group:${ref}:*`) },
  },
  'AWS::SNS::Topic': { ref: (resource) => arnOf('sns', generated(resource)) },
  'AWS::SQS::Queue': {
    ref: (resource) => `https://sqs.${aws.region}.${aws.urlSuffix}/${aws.accountId}/${named('QueueName')(resource)}`,
    attributes: { Arn: (ref) => arnOf('sqs', lastSegment(ref)), QueueName: lastSegment },
  },
  'AWS::Scheduler::ScheduleGroup': { ref: named('Name'), attributes: { Arn: arnFor('scheduler', 'schedule-group/') } },
};

/** The value of `Ref` for a resource of a type; for an unknown type, a name in CloudFormation's format. */
export function refOf(type: string | undefined, resource: Declared): string {
  return (resourceIds[type ?? '']?.ref ?? generated)(resource);
}

/** The value of `Fn::GetAtt` for a resource of a type; `undefined` for an unknown attribute. */
export function attributeOf(type: string | undefined, attribute: string, ref: string): string | undefined {
  return resourceIds[type ?? '']?.attributes?.[attribute]?.(ref);
}

/** The ARN of the function that a version or an alias refers to by name or by ARN. */
function functionArn(resource: Declared): string {
  const name = String(resource.property('FunctionName'));
  return name.startsWith('arn:') ? name : arnOf('lambda', `function:${name}`);
}

/** Ten lower-case letters and digits, like API Gateway's ids. The same seed gives the same id. */
function shortId(seed: string): string {
  const number = createHash('sha256').update(seed).digest().readBigUInt64BE();
  return number.toString(36).padStart(10, '0').slice(0, 10);
}
