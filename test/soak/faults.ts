import { setTimeout as delay } from 'node:timers/promises';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { controlOf } from '../support/client.ts';
import type { EmbeddedOutputs } from '../support/runtime-process.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/**
 * How long after a fault it may still cause outages: a running call waits for its deadline of 2.5 s, then the breaker stays
 * open for 1 s or a grant is held back. The rest is slack for a busy machine.
 */
const graceMs = 5_000;

const faultKinds = [
  'unavailable',
  'internal',
  'unauthenticated',
  'permission_denied',
  'close',
  'no_answer',
  /** The answer comes after the deadline: the call succeeds, but the caller does not learn it. */
  'too_slow',
  'client_secret',
  'slow',
  'fin',
  'rst',
  'goaway',
] as const;

type FaultKind = (typeof faultKinds)[number];

const slowMs = { slow: 500, too_slow: 4_000 };

/** Usually longer than `graceMs`, so that some periods have no fault that could explain an outage. */
const pauseMs = { least: 2_000, most: 11_000 };

/** Sometimes only one of these calls fails: each leaves a different step undone. */
const calls = ['ValidateToken', 'ListTokens', 'CreateToken', 'UpdateToken', 'InvalidateToken'] as const;

interface Window {
  readonly kind: FaultKind;
  readonly from: number;
  until: number;
}

/** Makes Scalekit fail now and then, in every way in turn, and knows which outages the faults explain. */
export class Faults {
  readonly #outputs: EmbeddedOutputs;
  readonly #control: ReturnType<typeof controlOf>;
  readonly #random: Random;
  readonly #tally: Tally;
  /** The latest ones; older ones no longer explain an outage. */
  #windows: Window[] = [];

  constructor(outputs: EmbeddedOutputs, random: Random, tally: Tally) {
    this.#outputs = outputs;
    this.#control = controlOf(() => outputs);
    this.#random = random;
    this.#tally = tally;
  }

  /** The fault that explains the outage of a request; `undefined` if none does. */
  explaining(sentAt: number, answeredAt: number): FaultKind | undefined {
    return this.#windows.findLast(({ from, until }) => from <= answeredAt && sentAt <= until + graceMs)?.kind;
  }

  /** Runs until `ended` is aborted. No fault is left then. */
  async run(ended: AbortSignal): Promise<void> {
    const pause = (ms: number) => delay(ms, undefined, { signal: ended }).catch(() => {});
    for (let deck: FaultKind[] = []; !ended.aborted; ) {
      await pause(this.#random.between(pauseMs.least, pauseMs.most));
      if (ended.aborted) return;
      if (deck.length === 0) deck = this.#random.shuffled(faultKinds);
      const kind = deck.pop() ?? 'unavailable';
      this.#tally.fault(kind);
      const window: Window = { kind, from: Date.now(), until: Infinity };
      this.#windows = [...this.#windows.slice(-3), window];
      try {
        await this.#carryOut(kind, () => pause(this.#random.between(300, 2_000)));
      } finally {
        window.until = Date.now();
      }
    }
  }

  async #carryOut(kind: FaultKind, lasting: () => Promise<void>): Promise<void> {
    if (kind === 'client_secret') {
      const { clientSecret } = await this.#control('POST', '/scalekit/client-secret');
      await lasting();
      await this.#storeSecret(clientSecret);
      return;
    }
    if (kind === 'fin' || kind === 'rst' || kind === 'goaway') {
      await this.#control('DELETE', `/scalekit/connections?how=${kind}`);
      return;
    }
    const isSlow = kind === 'slow' || kind === 'too_slow';
    await this.#control('PUT', '/scalekit/fault', {
      kind: isSlow ? 'slow' : kind,
      ...(isSlow ? { delayMs: slowMs[kind] } : {}),
      ...(this.#random.next() < 0.5 ? { on: [this.#random.pick(calls)] } : {}),
    });
    await lasting();
    await this.#control('DELETE', '/scalekit/fault');
  }

  /** As `npm run secrets` does. */
  async #storeSecret(Value: string): Promise<void> {
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey } = this.#outputs.aws;
    const ssm = new SSMClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    const Name = '/scalekit/dev/client-secret';
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
    ssm.destroy();
  }
}
