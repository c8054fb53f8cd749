import { fork } from 'node:child_process';
import { once } from 'node:events';
import { authorizerEvent } from '../test/authorizer/authorizer-event.ts';
import type { Bundle } from '../test/authorizer/bundles.ts';
import type { ColdStart } from './cold-start-child.ts';

/** A cold start of a bundle in its own process. Rejects unless its first decision allows the key. */
export async function coldStart(
  { file }: Bundle,
  environment: Record<string, string>,
  key: string,
): Promise<ColdStart> {
  const env = { ...environment, BUNDLE: file, EVENT: JSON.stringify(authorizerEvent(key)) };
  const child = fork(new URL('./cold-start-child.ts', import.meta.url), { env, silent: true });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`the cold start failed: ${errors}`)));
  const [measured] = (await Promise.race([once(child, 'message'), failed])) as [ColdStart];
  failed.catch(() => {}); // the child exits after its answer
  if (measured.effect !== 'Allow') throw new Error(`the decision was ${measured.effect}`);
  return measured;
}
