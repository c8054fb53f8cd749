import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Paths that no synthesis reads: generated files, installed packages (see package-lock.json), files for tests and people. */
const ignored = /^(\.git|\.local|node_modules|dist|cdk\.out|bench|docs|local|test)$/;

/** Whether no synthesis reads a path. */
export function isIgnored(path: string, root: string, dataDir: string): boolean {
  const [top = '', ...below] = relative(root, path).split(sep);
  if (path === dataDir || ignored.test(top) || below.includes('node_modules') || path.endsWith('.md')) return true;
  // The project's top folder also has keys, notes and dot files: only its source and JSON files count.
  return below.length === 0 && /^\.|\.(?!([cm]?[jt]s|json)$)[^.]*$/.test(top);
}

interface FileState {
  readonly modified: number;
  readonly size: number;
  readonly hash: string;
}

/** The project's files, by path relative to its root. */
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

/** The paths of files that differ. */
export function changedFiles(before: ProjectFiles, after: ProjectFiles): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path)?.hash !== after.get(path)?.hash);
}

function stateOf(path: string, before: FileState | undefined): FileState {
  const { mtimeMs: modified, size } = statSync(path);
  // File times are in milliseconds: a file that was just written may change again within the same one.
  const isSettled = Date.now() - modified > 1000;
  if (before && isSettled && before.modified === modified && before.size === size) return before;
  return { modified, size, hash: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

/** Variables of the terminal, its session and npm, which no synthesis reads. */
const volatile =
  /^(_|SHLVL|PWD|OLDPWD|TERM|TERM_.*|COLORTERM|COLUMNS|LINES|WINDOWID|DISPLAY|SSH_.*|XDG_.*|npm_.*|INIT_CWD|PS\d|TMUX.*|STY)$/;

/** A hash of everything that a synthesis depends on: files, settings, environment and Node's version. */
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
