import type { DataFolder } from '../data-folder.ts';
import type { Iam } from '../iam/iam.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import { localOutputs, type ServedApi } from '../served-apis.ts';
import type { ServedModel } from '../template/model.ts';
import { ApiGatewayControl } from './apigateway.ts';
import { describeStacks } from './cloudformation.ts';
import { openAwsDatabase } from './database.ts';
import { DynamoDb } from './dynamodb.ts';
import { EventBridge } from './event-bus.ts';
import { Queues } from './queues.ts';
import { Scheduler } from './scheduler.ts';
import { serveAws } from './server.ts';
import { ParameterStore } from './ssm.ts';

/** The stand-ins of AWS for one deployment. */
export interface AwsServices {
  /** Where all of them are reached. */
  readonly endpointUrl: string;
  readonly parameters: ParameterStore;
  readonly apiGateway: ApiGatewayControl;
  readonly queues: Queues;
  readonly scheduler: Scheduler;
  readonly eventBridge: EventBridge;
}

interface Deployment {
  readonly files: DataFolder;
  readonly model: ServedModel;
  readonly iam: Iam;
  /** Those that are served so far. */
  readonly apis: readonly ServedApi[];
  /** Deployed once the functions can be told the endpoint. */
  readonly lambda: () => LambdaService;
}

/** Starts the stand-ins of AWS that a deployment needs; what ends them again is added to `closers`. */
export async function startAws(
  { files, model, iam, apis, lambda }: Deployment,
  closers: (() => void | Promise<void>)[],
): Promise<AwsServices> {
  const database = openAwsDatabase(files.awsDatabase);
  closers.push(() => database.close());
  const parameters = new ParameterStore();
  const apiGateway = new ApiGatewayControl((restApiId, stageName) => {
    const flushed = apis.find(({ api }) => restApiId === api.apiId && stageName === api.stageName);
    flushed?.gateway.flushAuthorizerCache();
    return flushed !== undefined;
  });
  const queues = new Queues(database, model.queues, iam);
  const scheduler = new Scheduler(database, model.scheduleGroups, { iam, queues, lambda });
  closers.push(() => scheduler.close());
  const eventBridge = new EventBridge(database, iam);
  const dynamoDb = model.tables.length > 0 ? await DynamoDb.open(files.tables, model.tables, iam) : undefined;
  if (dynamoDb) closers.push(() => dynamoDb.close());
  const server = await serveAws(iam, {
    ssm: (call) => parameters.call(iam, call),
    apigateway: (call) => apiGateway.call(iam, call),
    scheduler: (call) => scheduler.call(call),
    events: (call) => eventBridge.call(call),
    cloudformation: (call) =>
      describeStacks(
        iam,
        model.stacks.map((stack) => localOutputs(stack, apis, model.domains)),
        call,
      ),
    ...(dynamoDb ? { dynamodb: (call) => dynamoDb.call(call) } : {}),
  });
  closers.push(server.close);
  return { endpointUrl: server.url, parameters, apiGateway, queues, scheduler, eventBridge };
}
