import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../user-error.ts';

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.object({ templateFile: z.string().optional() }).optional() }),
  ),
});

const Template = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Metadata: z.record(z.string(), z.unknown()).default({}),
      Condition: z.string().optional(),
    }),
  ),
});

/** The part of a CloudFormation template that the runtime reads. */
export type Template = z.output<typeof Template>;

/** A synthesized stack: its template, and the folder that its asset paths are relative to. */
export interface SynthesizedStack {
  readonly name: string;
  readonly folder: string;
  readonly template: Template;
}

/** Parses a template; throws if it is invalid. */
export function parseTemplate(template: unknown): Template {
  return Template.parse(template);
}

/** Reads the stacks of a cloud assembly (`cdk.out`), in the order of its manifest. */
export function readAssembly(folder: string): SynthesizedStack[] {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  if (!existsSync(join(folder, 'manifest.json'))) throw new UserError(`${folder} is not a cloud assembly of the CDK.`);
  return Object.entries(Manifest.parse(read('manifest.json')).artifacts).flatMap(([name, { type, properties }]) =>
    type === 'aws:cloudformation:stack' && properties?.templateFile
      ? [{ name, folder, template: parseTemplate(read(properties.templateFile)) }]
      : [],
  );
}
