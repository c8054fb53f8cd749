import { fork } from 'node:child_process';
import { once } from 'node:events';
import { authorizerEvent } from '../test/authorizer/authorizer-event.ts';
import type { Bundle } from '../test/authorizer/bundles.ts';
import type { ColdStart } from './cold-start-child.ts';

/** A cold start of a bundle in a process of its own, whose first decision allows the key. */
export async function coldStart(
  { file }: Bundle,
  environment: Record<string, string>,
  key: string,
): Promise<ColdStart> {
  const env = { ...environment, BUNDLE: file, EVENT: JSON.stringify(authorizerEvent(key)) };
  const child = fork(new URL('./cold-start-child.ts', import.meta.url), { env, silent: true });
  const [measured] = (await once(child, 'message')) as [ColdStart];
  if (measured.effect !== 'Allow') throw new Error(`the decision was ${measured.effect}`);
  return measured;
}
