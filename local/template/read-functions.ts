import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { LambdaFunction } from './model.ts';
import { readFunctionPolicy } from './read-iam.ts';
import type { Resource, Stack } from './stack.ts';

const FunctionProperties = z.object({
  Code: z.object({ ZipFile: z.string().optional(), S3Key: z.string().optional(), ImageUri: z.string().optional() }),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  DeadLetterConfig: z.object({ TargetArn: z.string().optional() }).optional(),
  /** A container image has no handler and no runtime. */
  Handler: z.string().default(''),
  LoggingConfig: z.object({ LogGroup: z.string().optional() }).optional(),
  MemorySize: z.coerce.number().default(128),
  Role: z.string(),
  Runtime: z.string().default(''),
  Timeout: z.coerce.number().default(3),
  TracingConfig: z.object({ Mode: z.string() }).optional(),
});

const AliasProperties = z.object({ FunctionName: z.string() });

const EventInvokeProperties = z.object({ FunctionName: z.string(), MaximumRetryAttempts: z.number().default(2) });

/** Reads the functions of a stack, and each alias as a function of its own; `warn` names those that cannot run. */
export function readFunctions(stack: Stack, warn: (line: string) => void): LambdaFunction[] {
  const functions = stack.resources('AWS::Lambda::Function').map((resource) => readFunction(stack, resource, warn));
  const aliases = stack.resources('AWS::Lambda::Alias').flatMap(({ logicalId, id: arn, properties }) => {
    const { FunctionName } = AliasProperties.parse(properties);
    const resourcePolicy = readFunctionPolicy(stack, { arn, name: arn });
    return functions
      .filter(({ name }) => name === FunctionName)
      .map((aliased) => ({ ...aliased, logicalId, arn, resourcePolicy }));
  });
  return [...functions, ...aliases];
}

function readFunction(stack: Stack, resource: Resource, warn: (line: string) => void): LambdaFunction {
  const { logicalId, id: name, metadata } = resource;
  const properties = FunctionProperties.parse(resource.properties);
  const language = properties.Runtime.startsWith('python') ? 'python' : 'node';
  const folder = bundleFolder(stack.folder, metadata['aws:asset:path'], properties.Code, language);
  const notServed = properties.Code.ImageUri ? 'is a container image' : reasonNotServed(folder, properties.Runtime);
  if (notServed !== undefined) warn(`AWS::Lambda::Function ${logicalId}: ${notServed}, so its invocations fail`);
  else if (versionOf(properties.Runtime) !== localVersions[language]())
    warn(
      `AWS::Lambda::Function ${logicalId}: Runtime is ${properties.Runtime}, but locally it runs on ${localVersions[language]()}`,
    );
  const arn = stack.arn(resource);
  return {
    logicalId,
    name,
    arn,
    folder: folder ?? '',
    language,
    notServed,
    handler: properties.Handler,
    environment: properties.Environment?.Variables ?? {},
    memoryMb: properties.MemorySize,
    timeoutMs: properties.Timeout * 1000,
    logGroupName: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    roleArn: properties.Role,
    resourcePolicy: readFunctionPolicy(stack, { arn, name }),
    maxRetryAttempts: retryAttemptsOf(stack, name),
    tracing: properties.TracingConfig?.Mode === 'Active',
    deadLetterArn: properties.DeadLetterConfig?.TargetArn,
  };
}

/** The language and version that each kind of function runs on locally. */
const localVersions = {
  node: () => `nodejs${process.versions.node.split('.')[0]}`,
  python: () => localPython(),
} as const;

let python: string | undefined;

/** `python3.11`, or an empty text if this machine has no Python. */
function localPython(): string {
  python ??= /^Python (3\.\d+)/.exec(spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? '';
  return python && `python${python}`;
}

function versionOf(runtime: string): string {
  return runtime.replace(/\.x$/, '');
}

function reasonNotServed(folder: string | undefined, runtime: string): string | undefined {
  if (folder === undefined) return 'has no local bundle';
  if (runtime.startsWith('nodejs')) return undefined;
  if (!runtime.startsWith('python')) return `Runtime is ${runtime || 'missing'}, which is not served locally`;
  return localPython() === '' ? `Runtime is ${runtime}, and this machine has no python3` : undefined;
}

/** Lambda's default is two retries. */
function retryAttemptsOf(stack: Stack, functionName: string): number {
  const configs = stack
    .resources('AWS::Lambda::EventInvokeConfig')
    .map(({ properties }) => EventInvokeProperties.parse(properties));
  return configs.find(({ FunctionName }) => FunctionName === functionName)?.MaximumRetryAttempts ?? 2;
}

function bundleFolder(
  assemblyFolder: string,
  assetPath: unknown,
  { ZipFile: inlineCode, S3Key = '' }: { readonly ZipFile?: string | undefined; readonly S3Key?: string | undefined },
  language: LambdaFunction['language'],
): string | undefined {
  if (typeof assetPath === 'string') return join(assemblyFolder, assetPath);
  // Only the CDK CLI writes the path. The key and the name of the asset's folder both contain the asset's hash.
  const asset = join(assemblyFolder, `asset.${S3Key.replace(/\.zip$/, '')}`);
  if (S3Key !== '' && existsSync(asset)) return asset;
  if (inlineCode === undefined) return undefined;
  const folder = mkdtempSync(join(inlineCodeFolder(), 'function-'));
  writeFileSync(join(folder, `index.${language === 'python' ? 'py' : 'js'}`), inlineCode);
  return folder;
}

let inlineCodeRoot: string | undefined;

/** The folder for code that is inline in a template. It is removed when the process ends. */
function inlineCodeFolder(): string {
  if (inlineCodeRoot === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'lambda-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    inlineCodeRoot = folder;
  }
  return inlineCodeRoot;
}
