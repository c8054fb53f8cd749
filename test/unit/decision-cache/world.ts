import type { CachedCaller } from '../../../shared/decision-cache/cached-caller.ts';
import { type DecisionCache, decisionCache } from '../../../shared/decision-cache/decision-cache.ts';
import { decisionItem, hashId, hashItem } from '../../../shared/decision-cache/items.ts';
import { Changer } from './changer.ts';
import { type Property, plainKey, type Scenario, theKey } from './scenario.ts';
import { SimulatedScalekit } from './simulated-scalekit.ts';
import { SimulatedTable, type TableMutant } from './simulated-table.ts';
import { type Choose, type Process, Simulation, type Step } from './simulation.ts';

// One key in Scalekit, execution environments of the authorizer that use it, and functions that end or change it.

/** The possible clock errors of a process, in ms. */
const clocksOff = [-5_000, 0, 5_000];

interface Environment {
  readonly process: Process;
  readonly now: () => number;
  readonly cache: DecisionCache;
  isBusy: boolean;
}

/** Runs a scenario in the chosen order. Returns the steps to a violation, if there is one. */
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
  readonly #scalekit: SimulatedScalekit;
  #isRefusalMarked = false;
  #requests: number;
  #outages: number;

  constructor(scenario: Scenario, choose: Choose) {
    const { changes, requests, faults, mutant } = scenario;
    const clockOff = () => clocksOff[choose(clocksOff.length)] ?? 0;
    this.#scenario = scenario;
    this.#requests = requests;
    this.#outages = scenario.outages ?? 0;
    this.simulation = new Simulation(faults);
    this.#table = new SimulatedTable(this.simulation, mutant as TableMutant | undefined);
    this.#fillTable(choose(3));
    this.#environments = [0, 1].map((index) => this.#newEnvironment(`environment ${index}`, clockOff()));
    this.#scalekit = new SimulatedScalekit(this.simulation);
    const services = { simulation: this.simulation, table: this.#table, scalekit: this.#scalekit };
    this.#changers = changes.map((change, index) => new Changer(change, index, clockOff(), scenario, services));
  }

  /** 0: the key was never seen before; 1: its id is known; 2: there is also a decision. */
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

  /** The possible steps in addition to those of running calls. */
  steps(): Step[] {
    const steps: Step[] = [];
    for (const environment of this.#environments)
      if (!environment.isBusy && this.#requests > 0)
        steps.push({
          by: environment.process.name,
          name: `${environment.process.name}: request`,
          run: () => void this.#request(environment),
        });
    for (const changer of this.#changers) steps.push(...changer.steps());
    if (this.#outages > 0)
      steps.push({
        name: this.#scalekit.isUp ? 'Scalekit goes down' : 'Scalekit is back',
        run: () => {
          this.#outages--;
          this.#scalekit.isUp = !this.#scalekit.isUp;
        },
      });
    if (this.#scenario.hasDashboard && !this.#scalekit.isEnded)
      steps.push({ name: 'the key is ended in the dashboard', run: () => this.#endBesideUs() });
    return steps;
  }

  #endBesideUs(): void {
    this.#scalekit.isEnded = true;
  }

  /** Decides as the authorizer does. */
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
      if (by !== 'Scalekit' && this.#scalekit.markedEndAt !== undefined && sentAt - this.#scalekit.markedEndAt > 50)
        violate('ended', 'Scalekit ended the key');
      if (by === 'a decision in an outage' && wasRefused) violate('refused', 'a refusal was marked');
    };
    const lookup = await cache.read(plainKey);
    if (lookup.isHit) check(lookup.caller, 'a decision');
    else {
      const beganAt = now();
      const answer = await this.#scalekit.validate(process);
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
}
