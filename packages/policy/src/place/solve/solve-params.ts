// Parameters of the programs that choose targets.

import type { Milliseconds } from '@pareto/core';

/** Limits of the exact search of small fleets. */
export interface ExactParams {
  /** Slots of the fleet up to which it is searched. */
  readonly maxSlots: number;
  /** Linear programs that a search may solve. */
  readonly maxNodes: number;
  /** Operations that a search may take: a pivot of a linear program takes one for each of its rows and columns. */
  readonly maxWork: number;
}

export interface SolveParams {
  /** Price of not answering an item per second, as a multiple of that of the most expensive worker. The parts of a demand have 1/4 to 2 of it. */
  readonly missFactor: number;
  /** Price of the accuracy that clients who prefer it lose, relative to the greatest one, as such a multiple. */
  readonly accuracyFactor: number;
  /** Time over which the price of a load is spread: a replica that is loaded should serve for so long. */
  readonly residencyMs: Milliseconds;
  /** Part of the demand that is planned in addition, so that a rising rate does not need another plan immediately. */
  readonly reserve: number;
  /** Part of the planned rate below which demand needs another plan. */
  readonly least: number;
  /** Distance from the proven bound at which a program counts as solved, as a part of the objective. */
  readonly relativeGap: number;
  /** CPU time and time that a solver may take for a program. It then stops with the best values so far. */
  readonly cpuMs: Milliseconds;
  readonly wallMs: Milliseconds;
  /** Minimum time between two programs. */
  readonly everyMs: Milliseconds;
  /** Age at which a solution is stale. Another program is stated at half of it, unless there is no demand. */
  readonly maxAgeMs: Milliseconds;
  /** Numbers of replicas that are integers of a program. If there are more, they are rounded up after it is solved. */
  readonly maxIntegers: number;
  /** Columns up to which a program is stated. Larger fleets have greedy targets. */
  readonly maxColumns: number;
  /** Limits of the exact search. No fleet is searched if undefined. */
  readonly exact?: ExactParams;
}

/** Ours, but for `everyMs`, which is the least interval of Proteus (ASPLOS'24). */
export const defaultSolveParams: SolveParams = {
  missFactor: 100,
  accuracyFactor: 10,
  residencyMs: 60_000 as Milliseconds,
  reserve: 0.1,
  least: 0.6,
  relativeGap: 0.02,
  cpuMs: 30_000 as Milliseconds,
  wallMs: 60_000 as Milliseconds,
  everyMs: 5_000 as Milliseconds,
  maxAgeMs: 1_800_000 as Milliseconds,
  maxIntegers: 400,
  maxColumns: 50_000,
  exact: { maxSlots: 16, maxNodes: 1_000, maxWork: 20_000_000 },
};
