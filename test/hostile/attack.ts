import fc from 'fast-check';
import type { Attempt, Family } from './attempt.ts';
import { answeredAs } from './judge.ts';
import { type Exchange, exchange } from './raw-client.ts';
import { bearer, request } from './request.ts';
import type { HostileTarget } from './target.ts';

/** The number of simultaneous connections of an attack. */
const concurrency = 2;

/** After this many attempts another client requests `GET /whoami` during the attack. */
const bystanderEvery = 25;

/** An attack stops after this many failures: more of them would show nothing new. */
const enough = 10;

/** The result of a family's attack. Each failure has the bytes that were sent. */
export interface Outcome {
  readonly sent: number;
  readonly bystanders: number;
  readonly failures: readonly string[];
}

/** Sends the requested number of attempts of a family and judges the answers. The same seed sends the same attempts. */
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

/** A client with a good key of another organization, on its own connection. */
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
