import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BuildFailure, BuildOptions, Metafile } from 'esbuild';
import { z } from 'zod';

const Record = z.object({
  options: z.looseObject({ absWorkingDir: z.string(), entryPoints: z.record(z.string(), z.string()) }),
  inputs: z.record(z.string(), z.string()),
});

/** How a bundle was built: esbuild's options and its input files. The synthesis writes this record into the assembly. */
export interface Bundle {
  readonly folder: string;
  readonly options: BuildOptions & { readonly absWorkingDir: string; readonly entryPoints: { [name: string]: string } };
  /** Paths relative to the project's folder. */
  readonly inputs: ReadonlySet<string>;
}

/** Reads the records of the bundles in folders; skips a bundle without one. */
export function readBundles(assemblies: readonly string[], folders: readonly string[]): Bundle[] {
  return folders.flatMap((folder) => {
    const hash = hashOf(join(folder, 'index.js'));
    const file = assemblies.map((assembly) => join(assembly, 'builds', `${hash}.json`)).find(existsSync);
    if (hash === undefined || file === undefined) return [];
    const { options, inputs } = Record.parse(JSON.parse(readFileSync(file, 'utf8')));
    return [{ folder, options: options as Bundle['options'], inputs: new Set(Object.keys(inputs)) }];
  });
}

function hashOf(file: string): string | undefined {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined;
}

/** Rebuilds bundles, each in a new folder below `parent`. Rejects with {@link BuildErrors} if one cannot be built. */
export async function rebuild(bundles: readonly Bundle[], parent: string): Promise<Bundle[]> {
  const { build, formatMessages } = await import('esbuild');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  try {
    return await Promise.all(
      bundles.map(async (bundle) => {
        const folder = join(parent, basename(bundle.folder));
        cpSync(bundle.folder, folder, { recursive: true }); // the files other than the code
        const options = { ...bundle.options, outdir: folder, metafile: true, logLevel: 'silent' } as const;
        const { metafile } = await build(options);
        return { ...bundle, folder, inputs: new Set(inputsOf(metafile)) };
      }),
    );
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (!errors) throw error;
    const [first] = errors;
    const messages = await formatMessages(first ? [first] : [], { kind: 'error' });
    throw new BuildErrors(messages.join('').trim());
  }
}

/** esbuild's first error, with file, line and frame. */
class BuildErrors extends Error {
  override readonly name = 'BuildErrors';
}

function inputsOf({ inputs }: Metafile): string[] {
  return Object.keys(inputs);
}
