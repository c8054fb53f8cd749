import type { TableMutant } from './simulated-table.ts';

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

export const plainKey = 'plain';
export const theKey = { keyId: 'apit_1', organizationId: 'org_1', userId: 'usr_1', roles: [] };
