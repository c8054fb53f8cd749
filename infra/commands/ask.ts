import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandFailure, exitCodes } from './exit-codes.ts';

/**
 * Asks a question at a terminal, and resolves to the typed line. A secret is never shown: the terminal does not echo while a
 * question is open, and readline's own output is discarded. Rejects on Ctrl-C and Ctrl-D.
 */
export function ask(
  question: string,
  { isSecret = false } = {},
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stdout,
  },
): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const shown = isSecret ? nowhere : output;
  const terminal = createInterface({ input, output: shown, terminal: true, historySize: 0, prompt: `${question}: ` });
  if (isSecret) output.write(`${question} (not shown): `);
  terminal.prompt();
  return new Promise((resolve, reject) => {
    terminal.once('line', (line) => {
      resolve(line.trim());
      terminal.close();
    });
    terminal.once('close', () => {
      if (isSecret) output.write('\n');
      reject(new CommandFailure(exitCodes.usage, 'No answer was given, so nothing was stored.'));
    });
  });
}
