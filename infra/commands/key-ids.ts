import { text } from 'node:stream/consumers';
import { idPatterns } from '../../shared/deployment.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';

/** The key ids of a command: its arguments, or standard input if there are none, or only `-`. */
export async function givenKeyIds(args: readonly string[]): Promise<string[]> {
  const isPiped = args.length === 0 || (args.length === 1 && args[0] === '-');
  if (isPiped && process.stdin.isTTY)
    throw new CommandFailure(exitCodes.usage, 'Give the ids of keys, or pipe them in.');
  const ids = isPiped ? (await text(process.stdin)).split(/\s+/).filter((id) => id !== '') : args;
  const wrong = ids.find((id) => !idPatterns.key.test(id));
  if (wrong !== undefined)
    throw new CommandFailure(
      exitCodes.usage,
      `${JSON.stringify(wrong)} is not a key id: use ids that begin with apit_.`,
    );
  if (ids.length === 0) throw new CommandFailure(exitCodes.usage, 'There is no key id on standard input.');
  return [...new Set(ids)];
}
