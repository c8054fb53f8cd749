import fc from 'fast-check';
import type { Attempt, Family } from './attempt.ts';
import { answeredAs } from './judge.ts';
import { type Exchange, exchange } from './raw-client.ts';
import { bearer, request } from './request.ts';
import type { HostileTarget } from './target.ts';

/** How many connections an attack holds at once. */
const concurrency = 2;

/** After how many attempts somebody else asks who they are, while the attack goes on. */
const bystanderEvery = 25;

/** So many failures tell all that more of them would. */
const enough = 10;

/** What a family did, and what went wrong: each failure with the bytes that were sent. */
export interface Outcome {
  readonly sent: number;
  readonly bystanders: number;
  readonly failures: readonly string[];
}

/** Sends as many attempts of a family as are asked for, the same ones for the same seed, and judges what comes back. */
export async function attack(
  family: Family,
  target: HostileTarget,
  port: number,
  { requests, seed }: { readonly requests: number; readonly seed: number },
): Promise<Outcome> {
  const attempts = fc.sample(family(target), { numRuns: requests, seed });
  const failures: string[] = [];
  let sent = 0;
  let bystanders = 0;
  const waiting = attempts.entries();
  const send = async () => {
    for (const [index, attempt] of waiting) {
      if (failures.length >= enough) return;
      sent++;
      const failure = await judged(attempt, target, port);
      if (failure !== undefined) failures.push(`attempt ${index} of seed ${seed}: ${failure}`);
      if (index % bystanderEvery !== 0) continue;
      bystanders++;
      const other = await judged(bystander(target), target, target.apiPort);
      if (other !== undefined) failures.push(`somebody else, after attempt ${index} of seed ${seed}: ${other}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
  return { sent, bystanders, failures };
}

/** A client with a good key of another organization, on a connection of its own. */
export function bystander({ other }: HostileTarget): Attempt {
  return { bytes: request({ headers: [bearer(other.key)] }), judge: answeredAs(other.caller) };
}

async function judged(attempt: Attempt, target: HostileTarget, port: number): Promise<string | undefined> {
  const came = await exchange(port, attempt);
  const wrong = await attempt.judge(came, target);
  return wrong === undefined ? undefined : `${wrong}\n  sent: ${JSON.stringify(attempt.bytes)}\n  came: ${shown(came)}`;
}

function shown({ answers, closed }: Exchange): string {
  const texts = answers.map(
    ({ status, headers, body }) => `${status} ${JSON.stringify(Object.fromEntries(headers))} ${body}`,
  );
  return `${texts.join(' | ')} (${closed ? 'closed' : 'open'})`;
}
