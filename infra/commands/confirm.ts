import { ask } from './ask.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';

/** Asks at the terminal for the id of the organization before what cannot be undone; throws where it is not typed. */
export async function confirm(organization: string, what: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandFailure(
      exitCodes.usage,
      `${what} There is no terminal to confirm it at, so nothing was done. Add --yes to go on.`,
    );
  const options = { input: process.stdin, output: process.stderr };
  const typed = await ask(`${what} Type ${organization} to go on`, {}, options).catch(() => '');
  if (typed !== organization) throw new CommandFailure(exitCodes.usage, 'Not confirmed, so nothing was done.');
}

/** Shows on the terminal how far long work is, on one line; nothing in a pipe. */
export function progress(): { show(text: string): void; end(): void } {
  const { stderr } = process;
  let isShown = false;
  return {
    show(text) {
      if (!stderr.isTTY) return;
      stderr.write(`\r\u001B[K${text}`);
      isShown = true;
    },
    end() {
      if (isShown) stderr.write('\r\u001B[K');
      isShown = false;
    },
  };
}
