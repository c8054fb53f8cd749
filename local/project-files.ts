import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What no synthesis reads: what is made, what is installed (package-lock.json stands for it), and what only tests and people read. */
const ignored = /^(\.git|\.local|node_modules|dist|cdk\.out|bench|docs|local|test)$/;

/** Whether a path is none of the project's files. */
export function isIgnored(path: string, root: string, dataDir: string): boolean {
  const [top = '', ...below] = relative(root, path).split(sep);
  if (path === dataDir || ignored.test(top) || below.includes('node_modules') || path.endsWith('.md')) return true;
  // Beside folders, the project's own folder has keys, notes and dot files of all kinds.
  return below.length === 0 && /^\.|\.(?!([cm]?[jt]s|json)$)[^.]*$/.test(top);
}

interface FileState {
  readonly modified: number;
  readonly size: number;
  readonly hash: string;
}

/** The project's files by their paths from its root. */
export type ProjectFiles = ReadonlyMap<string, FileState>;

/** Hashes every file that a synthesis may read. Only files that changed since `before` are read again. */
export function readProjectFiles(root: string, dataDir: string, before: ProjectFiles = new Map()): ProjectFiles {
  const files = new Map<string, FileState>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = relative(root, path);
      if (isIgnored(path, root, dataDir)) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) files.set(name, stateOf(path, before.get(name)));
    }
  };
  visit(root);
  return files;
}

/** The paths of files that are not the same in both. */
export function changedFiles(before: ProjectFiles, after: ProjectFiles): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path)?.hash !== after.get(path)?.hash);
}

function stateOf(path: string, before: FileState | undefined): FileState {
  const { mtimeMs: modified, size } = statSync(path);
  // A file system counts in milliseconds: a file that was written only now may change again within one.
  const isSettled = Date.now() - modified > 1000;
  if (before && isSettled && before.modified === modified && before.size === size) return before;
  return { modified, size, hash: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

/** Variables of a terminal, of its session and of npm, which a synthesis does not read. */
const volatile =
  /^(_|SHLVL|PWD|OLDPWD|TERM|TERM_.*|COLORTERM|COLUMNS|LINES|WINDOWID|DISPLAY|SSH_.*|XDG_.*|npm_.*|INIT_CWD|PS\d|TMUX.*|STY)$/;

/** A name for all that a synthesis depends on: the files, the settings, the environment and Node. */
export function synthesisKey(
  files: ProjectFiles,
  context: readonly string[],
  environment: NodeJS.Dict<string> = process.env,
): string {
  const variables = Object.entries(environment).filter(([name]) => !volatile.test(name));
  const parts = [
    process.version,
    [...context],
    variables.map(([name, value]) => `${name}=${value}`).sort(),
    [...files].map(([path, { hash }]) => `${path} ${hash}`).sort(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
