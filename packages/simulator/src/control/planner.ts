// The control turns of a controller, in the steps of `runTurn` in production.

import {
  milliseconds,
  type Assignment,
  type CongestionPrices,
  type Milliseconds,
  type Plan,
  type PlanAction,
  type PlanQuality,
  type VariantId,
} from '@pareto/core';
import { createTurnCore, type Observed, type Solution, type TurnParams } from '@pareto/policy';
import type { VirtualSolver } from '../solve/virtual-solver.js';
import { leadingSince, observe, observeDemand, type ClusterView } from './observe.js';

/** A turn of the control loop: an entry of the log of decisions. */
export interface Turn {
  readonly observed: Observed;
  readonly plan: Plan;
  /** Missing in the turns of another planner. */
  readonly quality?: PlanQuality;
  readonly congestion?: CongestionPrices | undefined;
  /** The actions of the plan that are carried out. */
  readonly actions: readonly PlanAction[];
  /** Variants that queries are held for. */
  readonly held: readonly VariantId[];
}

export interface Planner {
  /** Returns a turn, or undefined if planning sees the same as before. `isTriggered` states that it does not. */
  turn(view: ClusterView, isTriggered: boolean): Turn | undefined;
}

/** The view of the last plan. */
interface Planned {
  readonly revision: number;
  readonly assignments: readonly Assignment[];
  readonly observed: Observed;
  readonly solution: Solution | undefined;
}

/** The controller leads for so long that it may unload. */
const leadingMs = milliseconds(Infinity);

/** `solver` solves the programs that the parameters ask for. */
export function createPlanner(params: TurnParams, solver?: VirtualSolver): Planner {
  const core = createTurnCore(params);
  let planned: Planned | undefined;
  let nextAt: Milliseconds = milliseconds(0);
  let turns = 0;

  function isSame(view: ClusterView): boolean {
    if (planned?.revision !== view.fleet.revision || planned.assignments !== view.assignments) return false;
    if (core.state.solution !== planned.solution) return false;
    return core.skip(observeDemand(view, planned.observed), planned.observed);
  }
  return {
    turn(view, isTriggered) {
      const { fleet, assignments, now } = view;
      if (!isTriggered && now < nextAt && isSame(view)) return undefined;
      core.see(
        assignments.map(({ replica }) => replica),
        now,
      );
      const observed = observe(view, core.state.assignedAt, planned?.observed);
      planned = { revision: fleet.revision, assignments, observed, solution: core.state.solution };
      core.observe(observed, observeDemand(view, observed), []);
      const turn = core.plan(observed, `turn-${turns++}`, leadingMs);
      nextAt = milliseconds(Math.min(turn.nextAt, fleet.presenceChangesAt(now, leadingSince)));
      core.end(turn.actions, now);
      if (turn.program !== undefined)
        solver?.solve(turn.program, now, (solution) => {
          core.solved(solution);
          nextAt = milliseconds(0);
        });
      return {
        observed,
        plan: turn.plan,
        quality: turn.quality,
        congestion: turn.congestion,
        actions: turn.actions,
        held: core.state.demand.held,
      };
    },
  };
}
