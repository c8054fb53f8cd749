import { spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

type Shell = keyof typeof interactive;

/** The commands that start the shells. None reads the startup files of the current user. */
const interactive = { bash: 'bash --norc --noprofile -i', zsh: 'zsh -f -i' } as const;

/** The shells of readers that this machine has. CI has both. */
export const shells = (['bash', 'zsh'] as const).filter((shell) => {
  const isThere = spawnSync(shell, ['-c', ':']).status === 0;
  if (!isThere) console.warn(`${shell}: skipped, as it is not installed`);
  return isThere;
});

/** The output of a terminal, without colours, and the exit code of the last command. */
export interface Shown {
  readonly text: string;
  readonly exitCode: number;
}

/** Pastes commands into an interactive shell on a terminal, as a person does, and waits until they are done. */
export function paste(
  shell: Shell,
  commands: string,
  { cwd, env }: { readonly cwd: string; readonly env?: NodeJS.Dict<string> },
): Promise<Shown> {
  return runOnTerminal(interactive[shell], `${commands.trimEnd()}\nprintf '%s=%s\\n' EXIT $?\nexit\n`, { cwd, env });
}

/** A program that runs on a terminal. */
export interface Terminal {
  /** Its output so far, without colours. */
  text(): string;
  type(input: string): void;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  kill(): void;
}

/** Starts a command on a terminal. `exec`: a shell that stays between them answers a Ctrl-C with an exit code of its own. */
export function openTerminal(
  command: string,
  { cwd, env }: { readonly cwd: string; readonly env?: NodeJS.Dict<string> | undefined },
): Terminal {
  const child = spawn('script', ['-qec', `exec ${command}`, '/dev/null'], {
    cwd,
    env: { ...process.env, PS1: '$ ', TERM: 'dumb', COLUMNS: '200', ...env },
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.removeListener('exit', kill);
      resolve(code);
    });
  });
  return {
    text: () => stripVTControlCharacters(text).replaceAll('\r', ''),
    type: (input) => void child.stdin.write(input),
    ended,
    kill,
  };
}

/** Runs a command line on a terminal and types `input`, which may have several lines. */
export async function runOnTerminal(
  command: string,
  input: string,
  options: { readonly cwd: string; readonly env?: NodeJS.Dict<string> | undefined },
): Promise<Shown> {
  const terminal = openTerminal(command, options);
  terminal.type(input);
  const code = await terminal.ended;
  const text = terminal.text();
  const [, last] = /^EXIT=(\d+)$/m.exec(text) ?? [];
  return { text, exitCode: Number(last ?? code) };
}
