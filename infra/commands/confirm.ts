import { ask } from './ask.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';

/** Asks the user to type the organization id before a step that cannot be undone; throws if it is not typed. */
export async function confirm(organization: string, what: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandFailure(
      exitCodes.usage,
      `${what} There is no terminal to confirm this, so nothing was done. Add --yes to continue.`,
    );
  const options = { input: process.stdin, output: process.stderr };
  const typed = await ask(`${what} Type ${organization} to continue`, {}, options).catch(() => '');
  if (typed !== organization) throw new CommandFailure(exitCodes.usage, 'Not confirmed, so nothing was done.');
}

/** Shows the progress of long work on one line of the terminal; shows nothing in a pipe. */
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
