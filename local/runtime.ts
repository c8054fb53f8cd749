import { randomBytes } from 'node:crypto';
import { ApiGatewayControl } from './aws/apigateway.ts';
import { serveAws } from './aws/server.ts';
import { ParameterStore } from './aws/ssm.ts';
import { serveControl } from './control/server.ts';
import { openDataFolder } from './data-folder.ts';
import { type AccessRecord, Gateway } from './gateway/gateway.ts';
import { LambdaService } from './lambda/lambda-service.ts';
import { logFiles } from './log-files.ts';
import type { Options, ScalekitEnvironment } from './options.ts';
import { type Outputs, writeOutputs } from './outputs.ts';
import { type EmbeddedScalekit, startEmbeddedScalekit } from './scalekit/server.ts';
import { storeCredentials } from './scalekit-credentials.ts';
import { type Seed, seedScalekit } from './seed.ts';
import { synthesize } from './synthesize.ts';
import { readAssembly } from './template/assembly.ts';
import { aws } from './template/intrinsics.ts';
import { readModel } from './template/read-model.ts';
import { UserError } from './user-error.ts';

/** A running local deployment. */
export interface Runtime {
  readonly outputs: Outputs;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** Synthesizes the project and serves its template. Rejects with a UserError for what the user can mend. */
export async function startRuntime(options: Options, onAccess: (record: AccessRecord) => void): Promise<Runtime> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const files = openDataFolder(options.dataDir, options.fresh);
    closers.push(() => files.release());
    await synthesize(files.assembly, options.context);
    const model = readModel(readAssembly(files.assembly));
    const [api] = model.apis;
    if (!api) throw new UserError('The synthesized template has no REST API to serve.');
    const log = logFiles(files.logs);

    const embedded = options.scalekit ? undefined : await startEmbeddedScalekit({ databaseFile: files.database });
    if (embedded) closers.push(embedded.close);
    const scalekit = options.scalekit ?? environmentOf(embedded);
    const parameters = new ParameterStore();
    // Where the template tells its functions to look for them.
    const paths = model.functions.flatMap(({ environment }) => environment['SCALEKIT_PARAMETER_PATH'] ?? []);
    for (const path of new Set(paths)) storeCredentials(parameters, path, scalekit);

    const credentials = newCredentials();
    const apiGateway = new ApiGatewayControl((restApiId, stageName) => {
      const isOurs = restApiId === api.apiId && stageName === api.stageName;
      if (isOurs) gateway.flushAuthorizerCache();
      return isOurs;
    });
    const awsServer = await serveAws({ parameters, apiGateway, accessKeyId: credentials.accessKeyId });
    closers.push(awsServer.close);
    const lambda = new LambdaService(model.functions, lambdaEnvironment(awsServer.url, credentials), log);
    closers.push(() => lambda.close());
    const control = await serveControl({ lambda, parameters, apiGateway, scalekit: embedded });
    closers.push(control.close);
    const gateway = new Gateway(api, lambda, (record) => {
      if (record.line !== undefined) log('access', `${record.line}\n`);
      onAccess(record);
    });
    const apiUrl = await listen(gateway, options.port);
    closers.push(() => gateway.close());

    const seed = embedded ? await seedScalekit(embedded, files.seed) : nothingSeeded;
    const outputs: Outputs = {
      apiUrl,
      controlUrl: control.url,
      scalekit,
      ...seed,
      aws: { endpointUrl: awsServer.url, region: aws.region, ...credentials },
    };
    writeOutputs(files.outputs, outputs);
    return { outputs, warnings: model.warnings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

function newCredentials(): AwsCredentials {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
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

function lambdaEnvironment(endpointUrl: string, credentials: AwsCredentials): Record<string, string> {
  return {
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
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
