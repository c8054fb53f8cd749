import { outputNames } from '../shared/deployment.ts';
import { aws } from './account.ts';
import { startAws } from './aws/start.ts';
import { serveControl } from './control/server.ts';
import { openDataFolder } from './data-folder.ts';
import { type AccessRecord, Gateway } from './gateway/gateway.ts';
import { type AuthorizationRequest, administratorAccess, Iam } from './iam/iam.ts';
import { LambdaService } from './lambda/lambda-service.ts';
import { logFiles } from './log-files.ts';
import type { Options, ScalekitEnvironment } from './options.ts';
import { type Outputs, writeOutputs } from './outputs.ts';
import { type Seed, seedScalekit } from './scalekit/seed.ts';
import { type EmbeddedScalekit, startEmbeddedScalekit } from './scalekit/server.ts';
import { localOutputs, publicUrls, type ServedApi } from './served-apis.ts';
import { storeSecrets } from './stored-secrets.ts';
import { synthesizeApps } from './synthesize.ts';
import { readAssembly } from './template/assembly.ts';
import type { RestApi, ServedModel } from './template/model.ts';
import { readModel } from './template/read-model.ts';
import { UserError } from './user-error.ts';

/** A running local deployment. */
export interface Runtime {
  readonly outputs: Outputs;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** What a runtime tells while it runs. */
export interface RuntimeEvents {
  readonly onAccess: (record: AccessRecord) => void;
  /** Something was refused that no policy allows; once for each. */
  readonly onDenied: (line: string) => void;
  /** Something is decided on by IAM policies; once for each. */
  readonly onAuthorization?: (request: AuthorizationRequest) => void;
}

/** Synthesizes the project and serves its template. Rejects with a UserError for what the user can mend. */
export async function startRuntime(options: Options, events: RuntimeEvents): Promise<Runtime> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const files = openDataFolder(options.dataDir, options.fresh);
    closers.push(() => files.release());
    const assemblies =
      options.assemblies.length > 0 ? options.assemblies : await synthesizeApps(files.assemblies, options.context);
    const model = readModel(assemblies.flatMap(readAssembly));
    const log = logFiles(files.logs);

    const embedded = options.scalekit ? undefined : await startEmbeddedScalekit({ databaseFile: files.database });
    if (embedded) closers.push(embedded.close);
    const scalekit = options.scalekit ?? environmentOf(embedded);
    const iam = new Iam(model.roles, events.onDenied, events.onAuthorization);
    const developer = iam.createUser('developer', [administratorAccess]);
    const apis: ServedApi[] = [];
    const { endpointUrl, ...services } = await startAws({ files, model, iam, apis, lambda: () => lambda }, closers);
    const webhookSecret = storeSecrets(services.parameters, model.functions, scalekit);
    const lambda = await LambdaService.deploy(
      model.functions,
      lambdaEnvironment(endpointUrl),
      iam,
      log,
      services.queues,
    );
    closers.push(() => lambda.close());
    services.scheduler.start();
    const control = await serveControl({ ...services, lambda, iam, model, scalekit: embedded });
    closers.push(control.close);
    const onAccess = (record: AccessRecord) => {
      if (record.line !== undefined) log('access', `${record.line}\n`);
      events.onAccess(record);
    };
    for (const api of customersFirst(model)) {
      const gateway = new Gateway(api, lambda, iam, onAccess);
      const url = await listen(gateway, apis.length === 0 ? options.port : 0);
      closers.push(() => gateway.close());
      apis.push({ api, gateway, url });
    }

    const seed = embedded ? await seedScalekit(embedded, files.seed) : nothingSeeded;
    const stacks = model.stacks.map((stack) => localOutputs(stack, apis, model.domains));
    const outputOf = (name: string) => stacks.find((stack) => name in stack.outputs)?.outputs[name] ?? '';
    const outputs: Outputs = {
      apiUrl: outputOf(outputNames.apiUrl),
      operatorUrl: outputOf(outputNames.operatorUrl),
      controlUrl: control.url,
      scalekit,
      webhookSecret,
      ...seed,
      aws: { endpointUrl, region: aws.region, ...developer.credentials },
      stacks: Object.fromEntries(stacks.map((stack) => [stack.stackName, stack.outputs])),
    };
    writeOutputs(files, outputs);
    return { outputs, warnings: model.warnings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The customers' API, to which the port of the options belongs, comes first. */
function customersFirst({ apis, stacks, domains }: ServedModel): RestApi[] {
  const url = stacks.map(({ outputs }) => outputs[outputNames.apiUrl]).find((output) => output !== undefined);
  const customers = apis.find((api) => publicUrls(api, domains).includes(url ?? ''));
  if (!customers) throw new UserError('The synthesized template has no REST API that its output ApiUrl names.');
  return [customers, ...apis.filter((api) => api !== customers)];
}

const nothingSeeded: { readonly [K in keyof Seed]: null } = {
  organizationId: null,
  otherOrganizationId: null,
  userId: null,
  adminKey: null,
};

function environmentOf(embedded: EmbeddedScalekit | undefined): ScalekitEnvironment {
  if (!embedded) throw new Error('there is neither an embedded nor another Scalekit');
  return { environmentUrl: embedded.environmentUrl, ...embedded.client };
}

function lambdaEnvironment(endpointUrl: string): Record<string, string> {
  return {
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
  };
}

async function listen(gateway: Gateway, port: number): Promise<string> {
  try {
    return await gateway.listen(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UserError(
      `Port ${port} is taken. Choose another: npm start -- --port ${port + 1}, or --port 0 for a free one.`,
    );
  }
}
