import { join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { changedFiles, isIgnored, type ProjectFiles, readProjectFiles, synthesisKey } from './project-files.ts';
import { type Bundle, readBundles, rebuild } from './rebuild.ts';
import type { Runtime } from './runtime.ts';
import { fault, note } from './screen.ts';
import { synthesizeOnce } from './synthesize.ts';

/** How long to wait after a change: editors write a file in several steps. */
const settleMs = 50;

interface Watched {
  readonly root: string;
  readonly dataDir: string;
  readonly context: readonly string[];
  readonly runtime: Runtime;
  readonly assembliesFolder: string;
  readonly bundlesFolder: string;
  /** The files that the running assembly was synthesized from. */
  readonly files: ProjectFiles;
  readonly assembly: string;
}

/** Follows changes of the project's files until it is closed. Updates the functions first, then the stacks. */
export class ProjectWatch {
  readonly #watched: Watched;
  readonly #watcher: FSWatcher;
  #files: ProjectFiles;
  #assembly: string;
  #bundles: readonly Bundle[];
  #builds = 0;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isClosed = false;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#files = watched.files;
    this.#assembly = watched.assembly;
    this.#bundles = readBundles([watched.assembly], watched.runtime.codeFolders());
    const { root, dataDir } = watched;
    this.#watcher = watch(root, { ignoreInitial: true, ignored: (path) => isIgnored(path, root, dataDir) })
      .on('all', () => this.#soon())
      .on('ready', () => this.#soon()) // for what changed since the synthesis and before the watch
      .on('error', (error) => fault(`Cannot follow file changes: ${String(error)}`));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    void this.#watcher.close();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#follow(), settleMs);
  }

  async #follow(): Promise<void> {
    if (this.#isBusy) return this.#soon();
    this.#isBusy = true;
    try {
      const files = readProjectFiles(this.#watched.root, this.#watched.dataDir, this.#files);
      const changed = changedFiles(this.#files, files);
      if (changed.length === 0 || this.#isClosed) return;
      this.#files = files;
      const isServed = await this.#serveFunctions(changed);
      if (!isServed || changed.some((file) => !file.startsWith('functions/'))) await this.#serveStacks(changed);
    } catch (error) {
      const isTold = error instanceof Error && ['BuildErrors', 'UserError'].includes(error.name);
      fault(isTold ? error.message : String(error));
      note('The last good version is still served.');
    } finally {
      this.#isBusy = false;
    }
  }

  /** Rebuilds the bundles that contain a changed file. Resolves to whether there was one. */
  async #serveFunctions(changed: readonly string[]): Promise<boolean> {
    const { runtime, bundlesFolder } = this.#watched;
    const affected = this.#bundles.filter(({ inputs }) => changed.some((file) => inputs.has(file)));
    if (affected.length === 0) return false;
    const startedAt = performance.now();
    const rebuilt = await rebuild(affected, join(bundlesFolder, String(++this.#builds)));
    for (const [index, { folder }] of affected.entries()) runtime.replaceCode(folder, rebuilt[index]?.folder ?? folder);
    this.#bundles = this.#bundles.map((bundle) => rebuilt[affected.indexOf(bundle)] ?? bundle);
    const count = affected.length === 1 ? 'one function' : `${affected.length} functions`;
    note(`${namesOf(changed)}: ${count} updated after ${Math.round(performance.now() - startedAt)} ms`);
    return true;
  }

  async #serveStacks(changed: readonly string[]): Promise<void> {
    const { runtime, context, assembliesFolder } = this.#watched;
    const startedAt = performance.now();
    note(`${namesOf(changed)}: synthesizing …`);
    const key = synthesisKey(this.#files, context);
    const { assembly } = await synthesizeOnce(assembliesFolder, key, context, [this.#assembly]);
    if (this.#isClosed) return;
    await runtime.redeploy([assembly]);
    this.#assembly = assembly;
    this.#bundles = readBundles([assembly], runtime.codeFolders());
    note(`  served after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}

function namesOf(files: readonly string[]): string {
  return files.length > 3 ? `${files.length} files changed` : `${files.join(', ')} changed`;
}
