// What would be planned if prices, demand or the fleet were different.

import { milliseconds, type PriceTable } from '@pareto/core';
import { noChanges } from '../place/observe-changes.js';
import { observeIdle } from '../place/observe-idle.js';
import type { Formulated } from '../place/solve/formulate.js';
import { solutionOf, type ProgramOutcome } from '../place/solve/round-solution.js';
import { noTargets, stateProgram } from '../place/solve/solved-targets.js';
import type { PlacementSnapshot } from '../snapshot/snapshot.js';
import type { Observed, TurnCore, TurnParams } from '../turn/turn-core.js';
import { changeDemand, type DemandChange } from './change-demand.js';
import { changeWorkers, type FleetChanges } from './change-fleet.js';
import { settlePlan, type SettledPlan } from './settle-plan.js';

export interface PreviewChanges extends FleetChanges {
  readonly demands: readonly DemandChange[];
  /** Prices in place of those of the same keys. */
  readonly prices: PriceTable;
}

export interface Preview {
  readonly snapshot: PlacementSnapshot;
  /** A program that the caller solves for `settle`. Undefined if none is needed. */
  readonly program: Formulated | undefined;
  /** Plans until a plan changes no replica, for the outcome of the program if there is one. Yields after each turn. */
  readonly settle: (outcome?: ProgramOutcome) => Generator<void, SettledPlan>;
}

/**
 * Returns the preview of the plans that would follow the last turn. A freeze is ignored. Throws as `changeDemand` and `changeWorkers`
 * do.
 */
export function createPreview(
  observed: Observed,
  { demand: followed, noisy, idleSince }: TurnCore['state'],
  params: TurnParams,
  changes: PreviewChanges,
): Preview {
  const workers = changeWorkers(observed.workers, changes);
  const kept = new Set(workers.map(({ info }) => info.id));
  const changed: Observed = {
    ...{ ...observed, workers, prices: { ...observed.prices, ...changes.prices }, frozen: undefined },
    replicas: observed.replicas.filter(({ assignment }) => kept.has(assignment.worker)),
  };
  const demand = changeDemand(followed, changed, changes.demands);
  const { slowdowns } = followed;
  const start: PlacementSnapshot = {
    ...{ ...changed, ...noChanges, noisy, demand, slowdowns, held: [], planId: 'preview', deferredSince: new Map() },
    idleSince: observeIdle(idleSince, { ...changed, demand, held: [] }, observed.now),
  };
  const { targets, program } = stateProgram(noTargets, start, milliseconds(Infinity), params);
  return {
    ...{ snapshot: start, program },
    settle(outcome) {
      const solved = program && outcome && solutionOf(program, outcome);
      return settlePlan({ ...start, solution: targets.solution ?? solved }, params);
    },
  };
}
