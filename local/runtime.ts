/**
 * local/ serves the synthesized template on localhost as AWS would serve the deployment. The entry point is `serve`; main.ts is
 * `npm start`. It reads the output of the synthesis, and imports only `shared/deployment.ts` of the project's code.
 */
import { randomBytes } from 'node:crypto';
import { outputNames } from '../shared/deployment.ts';
import { aws } from './account.ts';
import { openAwsDatabase } from './aws/database.ts';
import type { Running } from './aws/stand-in.ts';
import { servedByStandIns, startStandIns } from './aws/stand-ins.ts';
import { type ConnectedScalekit, connectScalekit } from './connected-scalekit.ts';
import { serveControl } from './control/server.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type AccessRecord, Gateway } from './gateway/gateway.ts';
import { type AuthorizationRequest, administratorAccess, Iam } from './iam/iam.ts';
import { LambdaService, type SendDeadLetter } from './lambda/lambda-service.ts';
import { logFiles } from './log-files.ts';
import type { Options } from './options.ts';
import { type Outputs, writeOutputs } from './outputs.ts';
import { localOutputs, localUrls, type ServedRoutes, serveApis, servedRoutes } from './served-apis.ts';
import { newWebhookSecret, storeSecrets } from './stored-secrets.ts';
import { readAssembly } from './template/assembly.ts';
import type { ServedModel } from './template/model.ts';
import { readModel } from './template/read-model.ts';

/** A running local deployment. */
export interface Runtime {
  readonly outputs: Outputs;
  readonly warnings: readonly string[];
  readonly routes: readonly ServedRoutes[];
  /** The folders of the functions' code. */
  codeFolders(): string[];
  /** Makes the functions in `folder` run the code in `by`. Running invocations finish on the old code. */
  replaceCode(folder: string, by: string): void;
  /** Replaces the served assemblies. Keys, rows and ports stay. */
  redeploy(assemblies: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The events of a runtime. */
export interface RuntimeEvents {
  readonly onAccess: (record: AccessRecord) => void;
  /** Called once per distinct request that no policy allows. */
  readonly onDenied: (line: string) => void;
  /** Called once per distinct request that IAM policies decide. */
  readonly onAuthorization?: (request: AuthorizationRequest) => void;
  /** Called when a function logs. */
  readonly onLog?: (functionName: string, text: string) => void;
}

/** The port and the Scalekit of a runtime. */
export type RuntimeOptions = Pick<Options, 'port' | 'scalekit' | 'scalekitPort'>;

/** For tests: opens the data folder, and serves the assemblies in the options. */
export async function startRuntime(options: Options, events: RuntimeEvents): Promise<Runtime> {
  await using cleanUp = new AsyncDisposableStack();
  const files = openDataFolder(options.dataDir, options.fresh);
  cleanUp.defer(() => files.release());
  const runtime = await serve(options, files, options.assemblies, events);
  const running = cleanUp.move();
  return {
    ...runtime,
    async close() {
      await runtime.close();
      await running.disposeAsync();
    },
  };
}

/**
 * Serves the templates of assemblies. Rejects with a UserError for a problem that the user can fix. If a step fails, the steps
 * before it are undone in reverse order.
 */
export async function serve(
  options: RuntimeOptions,
  files: DataFolder,
  assemblies: readonly string[],
  events: RuntimeEvents,
): Promise<Runtime> {
  await using cleanUp = new AsyncDisposableStack();
  const scalekit = await connectScalekit(options, files, cleanUp);
  const secrets = { controlToken: randomBytes(24).toString('base64url'), webhookSecret: newWebhookSecret() };
  const deployAll = async (folders: readonly string[], urls: readonly string[] = []) => {
    await using deploying = new AsyncDisposableStack();
    const model = readModel(folders.flatMap(readAssembly), servedByStandIns);
    const deployed = await deploy({ port: options.port, events, files, model, scalekit, secrets, urls }, deploying);
    const { environment, tls, seed } = scalekit;
    const outputs = { ...deployed.outputs, scalekit: environment, scalekitTls: tls, ...seed };
    writeOutputs(files, outputs);
    const stack = deploying.move();
    return { ...deployed, outputs, warnings: model.warnings, close: () => stack.disposeAsync() };
  };
  let deployment = await deployAll(assemblies);
  cleanUp.defer(() => deployment.close());
  const running = cleanUp.move();
  return {
    get outputs() {
      return deployment.outputs;
    },
    get warnings() {
      return deployment.warnings;
    },
    get routes() {
      return deployment.routes;
    },
    codeFolders: () => deployment.lambda.folders,
    replaceCode: (folder, by) => deployment.lambda.replaceCode(folder, by),
    async redeploy(folders) {
      readModel(folders.flatMap(readAssembly), servedByStandIns); // if this throws, the old deployment stays
      const urls = deployment.routes.map(({ url }) => url);
      await deployment.close();
      deployment = await deployAll(folders, urls);
    },
    close: () => running.disposeAsync(),
  };
}

interface Plan {
  readonly port: number;
  readonly events: RuntimeEvents;
  readonly files: DataFolder;
  readonly model: ServedModel;
  readonly scalekit: ConnectedScalekit;
  /** The URLs of the deployment that this one replaces. */
  readonly urls: readonly string[];
  readonly secrets: { readonly controlToken: string; readonly webhookSecret: string };
}

/** Starts the AWS stand-ins, the functions and the APIs, in this order: functions call stand-ins, and APIs call functions. */
async function deploy({ port, events, files, model, scalekit, secrets, urls }: Plan, cleanUp: AsyncDisposableStack) {
  const iam = new Iam(model.roles, events.onDenied, events.onAuthorization);
  const toFile = logFiles(files.logs);
  const log = (name: string, text: string) => {
    toFile(name, text);
    events.onLog?.(name, text);
  };
  const running = Promise.withResolvers<Running>();
  const database = openAwsDatabase(files.awsDatabase);
  cleanUp.defer(() => database.close());
  const deployment = { stacks: model.stacks, iam, database, tables: files.tables, running: running.promise };
  const { server, services } = await startStandIns(deployment, cleanUp);
  storeSecrets(services.ssm, model.functions, scalekit.environment, secrets.webhookSecret);
  const sendDeadLetter: SendDeadLetter = (role, queueArn, body) => services.sqs.send(role, queueArn, body);
  const lambda = await LambdaService.deploy(model.functions, lambdaEnvironment(server.url), iam, log, sendDeadLetter);
  cleanUp.defer(() => lambda.close());
  const control = await serveControl({
    services,
    lambda,
    iam,
    model,
    scalekit: scalekit.embedded,
    token: secrets.controlToken,
  });
  cleanUp.defer(control.close);
  const onAccess = (record: AccessRecord) => {
    if (record.line !== undefined) toFile('access', `${record.line}\n`);
    events.onAccess(record);
  };
  const apis = await serveApis(
    model,
    port,
    (api) => new Gateway({ api, lambda, iam, usage: services.apigateway, onAccess }),
    cleanUp,
    urls,
  );
  const localize = localUrls(apis, model.domains);
  lambda.localize(localize);
  const outputs = model.outputs.map((stack) => localOutputs(stack, localize));
  running.resolve({ lambda, apis, outputs, sendDeadLetter });

  const outputOf = (name: string) => outputs.find((stack) => name in stack.outputs)?.outputs[name] ?? '';
  const { credentials } = iam.createUser('developer', [administratorAccess]);
  const served = {
    apiUrl: outputOf(outputNames.apiUrl),
    operatorUrl: outputOf(outputNames.operatorUrl),
    controlUrl: control.url,
    ...secrets,
    aws: { endpointUrl: server.url, region: aws.region, ...credentials },
    stacks: Object.fromEntries(outputs.map((stack) => [stack.stackName, stack.outputs])),
  };
  return { outputs: served, lambda, routes: apis.map((api) => servedRoutes(api, outputs)) };
}

/** The variables that Lambda adds to every function. */
function lambdaEnvironment(endpointUrl: string): Record<string, string> {
  return {
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
  };
}
