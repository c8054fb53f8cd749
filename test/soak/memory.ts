import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../support/statistics.ts';

const everyMs = 500;

/** Follows the resident memory of a process, which has no children: functions are threads of it. */
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

  /** From after the first fifth of the run to its last tenth, by the medians of what was seen for a tenth each. */
  get growthMb(): number {
    return this.#medianMb(0.9, 1) - this.#medianMb(0.2, 0.3);
  }

  #medianMb(from: number, to: number): number {
    const { length } = this.#samplesMb;
    return quantile(this.#samplesMb.slice(Math.floor(from * length), Math.ceil(to * length)), 0.5);
  }
}

/**
 * How much memory may grow in a run. The heaps of some 35 threads fill in the first two minutes, by 80 to 170 MB whatever they
 * do; in the seven minutes after that it grew by 60 MB, twice which is allowed. So a short run finds a gross leak only, and
 * one of ten minutes a leak of 17 MB a minute.
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
