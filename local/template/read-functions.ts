import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { SynthesizedStack, Template } from './assembly.ts';
import type { IntrinsicResolver } from './intrinsics.ts';
import type { LambdaFunction } from './model.ts';
import { readFunctionPolicy } from './read-iam.ts';
import { resourcesOf } from './resources.ts';

const FunctionProperties = z.object({
  Code: z.object({ ZipFile: z.string().optional() }),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  DeadLetterConfig: z.object({ TargetArn: z.string().optional() }).optional(),
  Handler: z.string(),
  LoggingConfig: z.object({ LogGroup: z.string().optional() }).optional(),
  MemorySize: z.coerce.number().default(128),
  Role: z.string(),
  Runtime: z.string(),
  Timeout: z.coerce.number().default(3),
  TracingConfig: z.object({ Mode: z.string() }).optional(),
});

/** Reads the functions of a stack, and their aliases as functions of their own; what can't be run is told to `warn`. */
export function readFunctions(
  stack: SynthesizedStack,
  resolver: IntrinsicResolver,
  warn: (line: string) => void,
): LambdaFunction[] {
  const functions = readUnqualified(stack, resolver, warn);
  const aliases = resourcesOf(stack.template, resolver, 'AWS::Lambda::Alias').flatMap(([logicalId, properties]) => {
    const { FunctionName } = AliasProperties.parse(properties);
    const arn = resolver.physicalId(logicalId);
    const resourcePolicy = readFunctionPolicy(stack.template, resolver, { arn, name: arn });
    return functions
      .filter(({ name }) => name === FunctionName)
      .map((aliased) => ({ ...aliased, logicalId, arn, resourcePolicy }));
  });
  return [...functions, ...aliases];
}

const AliasProperties = z.object({ FunctionName: z.string() });

function readUnqualified(
  { template, folder }: SynthesizedStack,
  resolver: IntrinsicResolver,
  warn: (line: string) => void,
): LambdaFunction[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties, Metadata }]) => {
    if (Type !== 'AWS::Lambda::Function') return [];
    const properties = FunctionProperties.parse(resolver.resolve(Properties));
    const name = resolver.physicalId(logicalId);
    const bundle = bundleFolder(folder, Metadata['aws:asset:path'], properties.Code.ZipFile);
    if (bundle === undefined) {
      warn(`${Type} ${logicalId}: has no local bundle, so calls of it fail`);
      return [];
    }
    if (properties.Runtime !== `nodejs${process.versions.node.split('.')[0]}.x`) {
      warn(`${Type} ${logicalId}: Runtime is ${properties.Runtime}, but runs on Node.js ${process.versions.node}`);
    }
    const arn = String(resolver.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }));
    return [
      {
        logicalId,
        name,
        arn,
        folder: bundle,
        handler: properties.Handler,
        environment: properties.Environment?.Variables ?? {},
        memoryMb: properties.MemorySize,
        timeoutMs: properties.Timeout * 1000,
        logGroupName: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
        roleArn: properties.Role,
        resourcePolicy: readFunctionPolicy(template, resolver, { arn, name }),
        maxRetryAttempts: retryAttemptsOf(template, resolver, name),
        tracing: properties.TracingConfig?.Mode === 'Active',
        deadLetterArn: properties.DeadLetterConfig?.TargetArn,
      },
    ];
  });
}

const EventInvokeProperties = z.object({ FunctionName: z.string(), MaximumRetryAttempts: z.number().default(2) });

/** Lambda's default is two more attempts. */
function retryAttemptsOf(template: Template, resolver: IntrinsicResolver, functionName: string): number {
  const configs = resourcesOf(template, resolver, 'AWS::Lambda::EventInvokeConfig').map(([, properties]) =>
    EventInvokeProperties.parse(properties),
  );
  return configs.find(({ FunctionName }) => FunctionName === functionName)?.MaximumRetryAttempts ?? 2;
}

function bundleFolder(assemblyFolder: string, assetPath: unknown, inlineCode: string | undefined): string | undefined {
  if (typeof assetPath === 'string') return join(assemblyFolder, assetPath);
  if (inlineCode === undefined) return undefined;
  const folder = mkdtempSync(join(inlineCodeFolder(), 'function-'));
  writeFileSync(join(folder, 'index.js'), inlineCode);
  return folder;
}

let inlineCodeRoot: string | undefined;

/** Where code that stands in a template is put; gone when the process ends. */
function inlineCodeFolder(): string {
  if (inlineCodeRoot === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'lambda-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    inlineCodeRoot = folder;
  }
  return inlineCodeRoot;
}
