import type { CachedCaller } from '../../../shared/decision-cache/cached-caller.ts';
import { type DecisionCache, decisionCache } from '../../../shared/decision-cache/decision-cache.ts';
import { decisionItem, hashId, hashItem } from '../../../shared/decision-cache/items.ts';
import { decisionMarks, type Marks } from '../../../shared/decision-cache/marks.ts';
import { SimulatedTable, type TableMutant } from './simulated-table.ts';
import { type Choose, type Process, Simulation, type Step } from './simulation.ts';

// One key in Scalekit, execution environments of the authorizer that use it, and functions that end or change it.

/** What is done wrong, for the tests that must find it. */
export type Mutant =
  | TableMutant
  | 'mark after Scalekit'
  | 'not marked where not found'
  | 'no wait'
  | 'no second mark'
  | 'a refusal is not marked';

export type Change = 'end' | 'narrow' | 'end of the user';

export interface Scenario {
  readonly changes: readonly Change[];
  /** How often each change may be asked for until it is answered with success. */
  readonly attempts: number;
  readonly requests: number;
  readonly faults: number;
  readonly cacheSeconds?: number;
  readonly graceSeconds?: number;
  /** A function that changes is ended after 22 s, a call of Scalekit after 4 s; else both may come at any time later. */
  readonly hasTimeLimit?: boolean;
  /** How often Scalekit goes down or comes back. */
  readonly outages?: number;
  /** Whether somebody may end the key in Scalekit's dashboard. */
  readonly hasDashboard?: boolean;
  readonly properties: readonly Property[];
  readonly mutant?: Mutant | undefined;
}

/**
 * What must not happen. `answered`: a request that was sent after an end or change was answered is allowed by what was before.
 * `ended`: a request that was sent more than 50 ms after Scalekit ended a marked key is allowed by a decision.
 * `refused`: a request that was sent after a refusal was marked is allowed in an outage.
 */
export type Property = 'answered' | 'ended' | 'refused';

const plainKey = 'plain';
const theKey = { keyId: 'apit_1', organizationId: 'org_1', userId: 'usr_1', roles: [] };

/** How far each process's clock may be off, in ms. */
const clocksOff = [-5_000, 0, 5_000];

const scalekitMs = 4_000;
const operationMs = 22_000;

interface Environment {
  readonly process: Process;
  readonly now: () => number;
  readonly cache: DecisionCache;
  isBusy: boolean;
}

interface Changer {
  readonly change: Change;
  readonly offsetMs: number;
  attempts: number;
  running: { readonly process: Process; readonly startedAt: number } | undefined;
  isAnswered: boolean;
}

/** Runs a scenario in the order that is chosen; gives the steps to what must not happen, if it does. */
export async function runOnce(scenario: Scenario, choose: Choose): Promise<string[] | undefined> {
  const world = new World(scenario, choose);
  await world.simulation.run(
    choose,
    () => world.steps(),
    () => world.violation !== undefined,
  );
  return world.violation === undefined ? undefined : [...world.simulation.trace, world.violation];
}

class World {
  violation: string | undefined;
  readonly simulation: Simulation;
  readonly #scenario: Scenario;
  readonly #table: SimulatedTable;
  readonly #environments: Environment[];
  readonly #changers: Changer[];
  readonly #narrowed = new Set<number>();
  #isUp = true;
  #isEnded = false;
  #markedEndAt: number | undefined;
  #isRefusalMarked = false;
  #requests: number;
  #outages: number;

  constructor(scenario: Scenario, choose: Choose) {
    const { changes, attempts, requests, faults, mutant } = scenario;
    const clockOff = () => clocksOff[choose(clocksOff.length)] ?? 0;
    this.#scenario = scenario;
    this.#requests = requests;
    this.#outages = scenario.outages ?? 0;
    this.simulation = new Simulation(faults);
    this.#table = new SimulatedTable(this.simulation, mutant as TableMutant | undefined);
    this.#fillTable(choose(3));
    this.#environments = [0, 1].map((index) => this.#newEnvironment(`environment ${index}`, clockOff()));
    this.#changers = changes.map((change) => ({
      change,
      offsetMs: clockOff(),
      attempts,
      running: undefined,
      isAnswered: false,
    }));
  }

  /** The key was never seen before, or it is known, or there is a decision. */
  #fillTable(items: number): void {
    const caller = { ...theKey, customClaims: {} };
    const decision = decisionItem(caller, this.simulation.now);
    if (items > 0) this.#table.add(hashItem(hashId(plainKey), caller, this.simulation.now));
    if (items > 1 && decision) this.#table.add(decision);
  }

  #newEnvironment(name: string, offsetMs: number): Environment {
    const process = { name, isDead: false };
    const now = () => this.simulation.now + offsetMs;
    const { cacheSeconds = 300, graceSeconds = 0 } = this.#scenario;
    const table = this.#table.of(process, now);
    const cache = decisionCache({ table, now, settings: { cacheSeconds, graceSeconds } });
    return { process, now, cache, isBusy: false };
  }

  /** What may happen beside the calls that are under way. */
  steps(): Step[] {
    const steps: Step[] = [];
    for (const environment of this.#environments)
      if (!environment.isBusy && this.#requests > 0)
        steps.push({
          by: environment.process.name,
          name: `${environment.process.name}: request`,
          run: () => void this.#request(environment),
        });
    for (const [index, changer] of this.#changers.entries()) steps.push(...this.#changerSteps(changer, index));
    if (this.#outages > 0)
      steps.push({
        name: this.#isUp ? 'Scalekit goes down' : 'Scalekit is back',
        run: () => {
          this.#outages--;
          this.#isUp = !this.#isUp;
        },
      });
    if (this.#scenario.hasDashboard && !this.#isEnded)
      steps.push({ name: 'the key is ended in the dashboard', run: () => void this.#end() });
    return steps;
  }

  #changerSteps(changer: Changer, index: number): Step[] {
    const { running } = changer;
    if (!running) {
      if (changer.isAnswered || changer.attempts === 0) return [];
      return [
        {
          by: `changer ${index}`,
          name: `changer ${index} is asked to ${changer.change}`,
          run: () => void this.#change(changer, index),
        },
      ];
    }
    const die = () => {
      this.simulation.kill(running.process);
      changer.running = undefined;
    };
    if (this.#scenario.hasTimeLimit && this.simulation.now - running.startedAt > operationMs) die();
    if (this.simulation.faults === 0 || !changer.running) return [];
    return [
      {
        name: `changer ${index} CRASHES`,
        run: () => {
          this.simulation.faults--;
          die();
        },
      },
    ];
  }

  /** As the authorizer decides. */
  async #request(environment: Environment): Promise<void> {
    const { cache, now, process } = environment;
    environment.isBusy = true;
    this.#requests--;
    const answered = this.#changers.map(({ isAnswered }) => isAnswered);
    const sentAt = this.simulation.now;
    const wasRefused = this.#isRefusalMarked;
    const violate = (property: Property, after: string) => {
      if (this.#scenario.properties.includes(property)) this.violation ??= `${process.name} allows it, after ${after}`;
    };
    const check = (caller: CachedCaller, by: 'Scalekit' | 'a decision' | 'a decision in an outage') => {
      for (const [index, { change }] of this.#changers.entries())
        if (answered[index] && (change !== 'narrow' || !caller.customClaims[`narrow${index}`]))
          violate('answered', `"${change}" was answered`);
      if (by !== 'Scalekit' && this.#markedEndAt !== undefined && sentAt - this.#markedEndAt > 50)
        violate('ended', 'Scalekit ended the key');
      if (by === 'a decision in an outage' && wasRefused) violate('refused', 'a refusal was marked');
    };
    const lookup = await cache.read(plainKey);
    if (lookup.isHit) check(lookup.caller, 'a decision');
    else {
      const beganAt = now();
      const answer = await this.#validate(process);
      if (answer === 'outage') {
        if (lookup.inOutage) check(lookup.inOutage.caller, 'a decision in an outage');
      } else if (answer === 'refused') {
        const isMarked =
          this.#scenario.mutant === 'a refusal is not marked' || (await cache.refused(plainKey)) === 'marked';
        if (isMarked) this.#isRefusalMarked = true;
      } else {
        await cache.remember(plainKey, answer, beganAt);
        check(answer, 'Scalekit');
      }
    }
    environment.isBusy = false;
  }

  /** As an operation that ends or changes a key does it. */
  async #change(changer: Changer, index: number): Promise<void> {
    const process: Process = { name: `changer ${index}`, isDead: false };
    changer.attempts--;
    changer.running = { process, startedAt: this.simulation.now };
    const isAnswered = await this.#attempt(changer, index, process);
    changer.running = undefined;
    changer.isAnswered = isAnswered;
    this.simulation.trace.push(`  changer ${index} answers ${isAnswered ? 'success' : 'a failure'}`);
  }

  async #attempt({ change, offsetMs }: Changer, index: number, process: Process): Promise<boolean> {
    const { mutant } = this.#scenario;
    const now = () => this.simulation.now + offsetMs;
    const wait = async (ms: number) => (mutant === 'no wait' ? undefined : this.simulation.wait(process, ms));
    const marks = decisionMarks({ table: this.#table.of(process, now), now, wait });
    const isActive = !this.#isEnded;
    if (!isActive && change === 'narrow') return false;
    if (!isActive && mutant === 'not marked where not found') return true;
    const mark = () => markOf(change, marks);
    const first = mutant === 'mark after Scalekit' ? undefined : await mark();
    if (change === 'narrow' && first && !first.written.ok) return false;
    if (isActive) {
      const isDone = await this.simulation.call<boolean>({
        process,
        name: `${process.name}: Scalekit is to ${change}`,
        timeoutMs: scalekitMs,
        apply: () => {
          if (change === 'narrow') return this.#narrow(index);
          if (!first || first.written.ok) this.#markedEndAt ??= this.simulation.now;
          return this.#end();
        },
        failure: false,
        lapses: this.#scenario.hasTimeLimit,
      });
      if (!isDone) return false;
    }
    const written = first ?? (await mark());
    if (mutant === 'no second mark' && written.written.ok) return true;
    const settled = await marks.settle(written, now() + 3_000);
    return settled.ok;
  }

  #end(): boolean {
    this.#isEnded = true;
    return true;
  }

  #narrow(index: number): boolean {
    if (this.#isEnded) return false;
    this.#narrowed.add(index);
    return true;
  }

  #validate(process: Process): Promise<CachedCaller | 'refused' | 'outage'> {
    return this.simulation.call<CachedCaller | 'refused' | 'outage'>({
      process,
      name: `${process.name}: Scalekit validates`,
      timeoutMs: scalekitMs,
      apply: () => {
        if (!this.#isUp) return 'outage';
        if (this.#isEnded) return 'refused';
        const claims = [...this.#narrowed].map((index) => [`narrow${index}`, 'yes']);
        return { ...theKey, customClaims: Object.fromEntries(claims) };
      },
      failure: 'outage',
    });
  }
}

function markOf(change: Change, marks: Marks) {
  const { keyId, organizationId, userId } = theKey;
  return change === 'end of the user' ? marks.markEnded(organizationId, userId) : marks.mark(keyId);
}
