import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RuntimeProcess } from '../support/runtime-process.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/incidents.md`, 'utf8');

/** The command blocks of docs/incidents.md, by name. */
export const blocks: ReadonlyMap<string, string> = new Map(
  [...page.matchAll(/^```sh (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', commands = '']) => [name, commands]),
);

/** The setup that the page asks for, for the local runtime with this data folder. */
export function setUp(dataDir: string): string {
  return `TARGET=(--local --data '${dataDir}')\n${blocks.get('setup')}`;
}

/** Runs a block in bash against a local runtime and returns its output. Rejects if a command fails. */
export function runBlock(
  { outputs, dataDir }: RuntimeProcess,
  name: string,
  variables: Record<string, string> = {},
): Promise<string> {
  const commands = blocks.get(name);
  if (commands === undefined) throw new Error(`the page has no block ${name}`);
  const env = {
    ...process.env,
    ORG: outputs.organizationId,
    API: outputs.apiUrl,
    ...variables,
  };
  return new Promise((resolve, reject) => {
    const script = `set -e\n${setUp(dataDir)}\n${commands}`;
    execFile('bash', ['-c', script], { cwd: root, env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${name}: ${stderr}${stdout}`)) : resolve(stdout + stderr),
    );
  });
}
