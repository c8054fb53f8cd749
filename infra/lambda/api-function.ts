import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stage } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionVariable } from '../../shared/deployment.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Config } from '../config.ts';
import { bundleFunction, recordBuild } from './bundle.ts';

/** The folder beside the package's code with the prebuilt bundles of functions. Only package/build.ts sets it. */
declare const PREBUILT_FUNCTIONS: string | undefined;

export interface ApiFunctionProps {
  /** The folder under functions/ whose handler.ts is the function. */
  readonly entry: string;
  readonly config: Config;
  /**
   * API Gateway waits 29 s for an integration. A revocation makes two calls to Scalekit, two writes, and a wait for the cache.
   * @default 25
   */
  readonly timeoutSeconds?: number;
  /** CPU grows with memory: at 128 MB a cold start takes seconds. @default 1024 */
  readonly memoryMb?: number;
  /** Reserved concurrency, which is also the maximum. @default none */
  readonly reservedConcurrency?: number | undefined;
  /** Its environments are provisioned, so loading its module waits for its start-up work. @default false */
  readonly isWarm?: boolean;
  /** Gets asynchronous events that fail three times. @default none */
  readonly deadLetterQueue?: IQueue;
}

/** A Lambda function: one bundled handler, its own log group, and its own role, which may write only to that log. */
export class ApiFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ApiFunctionProps) {
    const { entry, config, timeoutSeconds = 25, memoryMb = 1024, reservedConcurrency, isWarm, deadLetterQueue } = props;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    if (config.tracing)
      acknowledge(role, {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'X-Ray traces have no ARN.',
      });
    logGroup.grantWrite(role);
    super(scope, id, {
      code: Code.fromAsset(bundleOf(entry)),
      handler: isWarm ? 'warm.handler' : 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      ...(config.tracing ? { tracing: Tracing.ACTIVE } : {}),
      // Omits START, END and REPORT, which are two fifths of a log. Lambda drops none of our lines: each has a level and a time.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      logGroup,
      role,
      environment: { POWERTOOLS_SERVICE_NAME: entry },
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      ...(deadLetterQueue ? { deadLetterQueue, retryAttempts: 2 } : {}),
    });
    this.addEnvironment('CORS_ALLOW_ORIGIN', config.corsAllowOrigin);
    if (config.docsUrl !== undefined) this.addEnvironment('DOCS_URL', config.docsUrl);
    if (typeof PREBUILT_FUNCTIONS === 'undefined') recordBuild(entry, Stage.of(this)?.outdir ?? '');
  }
  /** Accepts only variables that functions know. */
  override addEnvironment(name: FunctionVariable, value: string): this {
    return super.addEnvironment(name, value);
  }
}

/** The folder of a function's bundle. The package for other projects already contains it. */
function bundleOf(entry: string): string {
  if (typeof PREBUILT_FUNCTIONS === 'undefined') return bundleFunction(entry);
  return fileURLToPath(new URL(`${PREBUILT_FUNCTIONS}/${entry}`, import.meta.url));
}
