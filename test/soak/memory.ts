import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../support/statistics.ts';

const everyMs = 500;

/** Follows the resident memory of a process. It has no children: the functions are its threads. */
export class Memory {
  readonly #pid: number;
  readonly #samplesMb: number[] = [];

  constructor(pid: number) {
    this.#pid = pid;
  }

  async run(ended: AbortSignal): Promise<void> {
    do {
      this.#samplesMb.push(residentMb(this.#pid));
      await delay(everyMs, undefined, { signal: ended }).catch(() => {});
    } while (!ended.aborted);
  }

  /** Growth from the third tenth of the run to its last tenth, each by its median. */
  get growthMb(): number {
    return this.#medianMb(0.9, 1) - this.#medianMb(0.2, 0.3);
  }

  #medianMb(from: number, to: number): number {
    const { length } = this.#samplesMb;
    return quantile(this.#samplesMb.slice(Math.floor(from * length), Math.ceil(to * length)), 0.5);
  }
}

/**
 * How much memory may grow in a run. In the first two minutes the heaps of some 35 threads fill by 80 to 170 MB, whatever
 * the load. In the next seven minutes memory grew by 60 MB; twice that is allowed. So a short run finds only a gross leak,
 * and a run of ten minutes finds a leak of 17 MB per minute.
 */
export function allowedGrowthMb(minutes: number): number {
  return minutes < 5 ? 300 : 120;
}

function residentMb(pid: number): number {
  const status = `/proc/${pid}/status`;
  const kb = existsSync(status)
    ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return Number(kb) / 1024;
}
