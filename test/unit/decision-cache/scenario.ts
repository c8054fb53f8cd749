import type { TableMutant } from './simulated-table.ts';

/** A deliberate mistake that the exploration must find. */
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
  /** How often each change may be requested until it succeeds. */
  readonly attempts: number;
  readonly requests: number;
  readonly faults: number;
  readonly cacheSeconds?: number;
  readonly graceSeconds?: number;
  /** Ends a changing function after 22 s and a call of Scalekit after 4 s. Otherwise both may complete at any later time. */
  readonly hasTimeLimit?: boolean;
  /** The number of times that Scalekit goes down or recovers. */
  readonly outages?: number;
  /** Whether somebody may end the key in Scalekit's dashboard. */
  readonly hasDashboard?: boolean;
  readonly properties: readonly Property[];
  readonly mutant?: Mutant | undefined;
}

/**
 * Violations. `answered`: a request sent after the answer to an end or change is allowed by the earlier state of the key.
 * `ended`: a decision allows a request sent more than 50 ms after Scalekit ended a marked key.
 * `refused`: a decision allows, in an outage, a request sent after a refusal was marked.
 */
export type Property = 'answered' | 'ended' | 'refused';

export const plainKey = 'plain';
export const theKey = { keyId: 'apit_1', organizationId: 'org_1', userId: 'usr_1', roles: [] };
