import { createHash } from 'node:crypto';
import { aws } from '../account.ts';
import type { Template } from './assembly.ts';

/** Resolves the intrinsic functions of one stack's template to what they would be after a deployment. */
export class IntrinsicResolver {
  readonly #stackName: string;
  readonly #template: Template;
  /** Intrinsics that could not be resolved, each named once. */
  readonly unresolved = new Set<string>();

  constructor(stackName: string, template: Template) {
    this.#stackName = stackName;
    this.#template = template;
  }

  /** Replaces each intrinsic in a value, at any depth. What can't be resolved becomes its own JSON text. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
      return this.#call(...first);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item)]));
  }

  /** What `Ref` gives for a resource: a name or an id, the same in every run. */
  physicalId(logicalId: string): string {
    const resource = this.#template.Resources[logicalId];
    const name = (property: string) => this.resolve(resource?.Properties[property]) as string | undefined;
    switch (resource?.Type) {
      case 'AWS::ApiGateway::RestApi':
      case 'AWS::ApiGateway::Resource':
      case 'AWS::ApiGateway::Authorizer':
      case 'AWS::ApiGateway::Deployment':
        return shortId(`${this.#stackName}/${logicalId}`);
      case 'AWS::ApiGateway::DomainName':
        return name('DomainName') ?? logicalId;
      case 'AWS::ApiGateway::Stage':
        return name('StageName') ?? logicalId;
      case 'AWS::Lambda::Function':
        return name('FunctionName') ?? `${this.#stackName}-${logicalId}`;
      case 'AWS::DynamoDB::Table':
        return name('TableName') ?? `${this.#stackName}-${logicalId}`;
      case 'AWS::Logs::LogGroup':
        return name('LogGroupName') ?? `${this.#stackName}-${logicalId}`;
      case 'AWS::Scheduler::ScheduleGroup':
        return name('Name') ?? `${this.#stackName}-${logicalId}`;
      case 'AWS::Events::EventBus':
        return name('Name') ?? `${this.#stackName}-${logicalId}`;
      case 'AWS::SQS::Queue':
        return `https://sqs.${aws.region}.${aws.urlSuffix}/${aws.accountId}/${name('QueueName') ?? `${this.#stackName}-${logicalId}`}`;
      case 'AWS::SNS::Topic':
        return `arn:${aws.partition}:sns:${aws.region}:${aws.accountId}:${this.#stackName}-${logicalId}`;
      case 'AWS::Lambda::Version':
        return `${this.#functionArn(resource.Properties['FunctionName'])}:1`;
      case 'AWS::Lambda::Alias':
        return `${this.#functionArn(resource.Properties['FunctionName'])}:${name('Name')}`;
      case 'AWS::IAM::ManagedPolicy':
        return `arn:${aws.partition}:iam::${aws.accountId}:policy/${this.#stackName}-${logicalId}`;
      default:
        return `${this.#stackName}-${logicalId}`;
    }
  }

  /** Of a function that a property names, by name or by ARN. */
  #functionArn(named: unknown): string {
    const text = String(this.resolve(named));
    return text.startsWith('arn:')
      ? text
      : `arn:${aws.partition}:lambda:${aws.region}:${aws.accountId}:function:${text}`;
  }

  #call(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt':
        return this.#getAtt(argument);
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return (this.resolve(parts) as unknown[]).join(separator);
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.resolve(text)).split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number, unknown];
        return (this.resolve(list) as unknown[])[Number(index)];
      }
      case 'Fn::Sub':
        return this.#sub(argument);
      default:
        return this.#unresolved(name, argument);
    }
  }

  #ref(name: string): unknown {
    const pseudo: Record<string, string> = {
      'AWS::Region': aws.region,
      'AWS::AccountId': aws.accountId,
      'AWS::Partition': aws.partition,
      'AWS::URLSuffix': aws.urlSuffix,
      'AWS::StackName': this.#stackName,
      'AWS::StackId': `arn:${aws.partition}:cloudformation:${aws.region}:${aws.accountId}:stack/${this.#stackName}/local`,
    };
    if (name in pseudo) return pseudo[name];
    if (name in this.#template.Parameters) return this.#template.Parameters[name]?.Default;
    if (name in this.#template.Resources) return this.physicalId(name);
    return this.#unresolved('Ref', name);
  }

  #getAtt(argument: unknown): unknown {
    const [logicalId = '', attribute = ''] = Array.isArray(argument)
      ? argument.map(String)
      : String(argument).split(/\.(.*)/);
    const id = this.physicalId(logicalId);
    const arn = (service: string, resource: string, region: string = aws.region) =>
      `arn:${aws.partition}:${service}:${region}:${aws.accountId}:${resource}`;
    switch (`${this.#template.Resources[logicalId]?.Type} ${attribute}`) {
      case 'AWS::Lambda::Function Arn':
        return arn('lambda', `function:${id}`);
      case 'AWS::Lambda::Version Version':
        return '1';
      case 'AWS::KMS::Key Arn':
        return arn('kms', `key/${id}`);
      case 'AWS::CloudWatch::Alarm Arn':
        return arn('cloudwatch', `alarm:${id}`);
      case 'AWS::ApiGateway::RestApi RootResourceId':
        return `root-${id}`;
      case 'AWS::DynamoDB::Table Arn':
        return arn('dynamodb', `table/${id}`);
      case 'AWS::ApiGateway::DomainName RegionalDomainName':
        return `d-${shortId(id)}.execute-api.${aws.region}.${aws.urlSuffix}`;
      case 'AWS::Logs::LogGroup Arn':
        return arn('logs', `log-group:${id}:*`);
      case 'AWS::Scheduler::ScheduleGroup Arn':
        return arn('scheduler', `schedule-group/${id}`);
      case 'AWS::Events::EventBus Arn':
        return arn('events', `event-bus/${id}`);
      case 'AWS::SQS::Queue Arn':
        return arn('sqs', id.split('/').at(-1) ?? id);
      case 'AWS::SQS::Queue QueueName':
        return id.split('/').at(-1);
      case 'AWS::IAM::Role Arn':
        return arn('iam', `role/${id}`, '');
      default:
        return this.#unresolved('Fn::GetAtt', argument);
    }
  }

  #sub(argument: unknown): string {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
      string,
      Record<string, unknown>,
    ];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return String(this.resolve(variables[name]));
      return String(name.includes('.') ? this.#getAtt(name) : this.#ref(name));
    });
  }

  #unresolved(name: string, argument: unknown): string {
    const text = `${name} ${JSON.stringify(argument)}`;
    this.unresolved.add(text);
    return text;
  }
}

/** Ten lower-case letters and digits, as API Gateway's ids are, the same for the same seed. */
function shortId(seed: string): string {
  const number = createHash('sha256').update(seed).digest().readBigUInt64BE();
  return number.toString(36).padStart(10, '0').slice(0, 10);
}
