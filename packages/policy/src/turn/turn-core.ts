// The core of the leader's control loop: what its turns keep from those before, observe, and decide.

import {
  milliseconds,
  type Assignment,
  type CongestionPrices,
  type Milliseconds,
  type Plan,
  type PlanAction,
  type PlanQuality,
  type ReplicaId,
} from '@pareto/core';
import { defaultAheadParams, defaultDemandParams, type DemandParams } from '../demand/demand-params.js';
import { countRepeats, observeNoisy } from '../make/noisy-measurements.js';
import {
  followDemand,
  isSameDemand,
  unfollowedDemand,
  type DemandInput,
  type FollowedDemand,
} from '../place/needs/demand/follow-demand.js';
import { noChanges, observeChanges } from '../place/observe-changes.js';
import { observeDeferred } from '../place/observe-deferred.js';
import { observeIdle } from '../place/observe-idle.js';
import {
  defaultOrphanParams,
  planOrphanUnloads,
  type Orphan,
  type OrphanParams,
} from '../place/plan-orphan-unloads.js';
import { markBeyondBudget } from '../place/context/budget.js';
import { congestionPrices } from '../place/congestion/congestion-prices.js';
import { createContext } from '../place/context/context.js';
import { planIn } from '../place/plan-replicas.js';
import { dropEarlyUnloads } from '../place/validate/drop-early-unloads.js';
import { validatePlan, type ValidatedPlan } from '../place/validate/validate-plan.js';
import { planQuality } from '../place/solve/plan-quality.js';
import {
  endProgram,
  isGivenUp,
  noTargets,
  stateProgram,
  type SolvedTargets,
  type StatedProgram,
} from '../place/solve/solved-targets.js';
import type { Solution } from '../snapshot/solution.js';
import { defaultSolveParams, type SolveParams } from '../place/solve/solve-params.js';
import {
  defaultPlacementParams,
  type PlacementParams,
  type PlacementSnapshot,
  type RecentChanges,
} from '../snapshot/snapshot.js';

/** The state that one turn leaves for the next. All of it can be lost: a new leader begins without. */
interface TurnState extends SolvedTargets {
  /** Prices of slots while they are too few. The same object while they hardly change. */
  readonly congestion: CongestionPrices | undefined;
  readonly demand: FollowedDemand;
  /** Time at which each assignment was first seen, on this controller's clock. */
  readonly assignedAt: ReadonlyMap<ReplicaId, Milliseconds>;
  readonly orphans: readonly Orphan[];
  readonly changes: RecentChanges;
  readonly noisy: PlacementSnapshot['noisy'];
  /** Time since when each task without demand has had none. */
  readonly idleSince: ReadonlyMap<string, Milliseconds>;
  /** Time since when each measurement that no worker could start has waited. */
  readonly deferredSince: ReadonlyMap<string, Milliseconds>;
}

const firstTurn: TurnState = {
  congestion: undefined,
  demand: unfollowedDemand,
  assignedAt: new Map(),
  orphans: [],
  changes: noChanges,
  noisy: new Map(),
  idleSince: new Map(),
  deferredSince: new Map(),
  ...noTargets,
};

/** A snapshot without what follows from earlier turns. */
export type Observed = Omit<
  PlacementSnapshot,
  | 'held'
  | 'demand'
  | 'slowdowns'
  | keyof RecentChanges
  | 'noisy'
  | 'idleSince'
  | 'deferredSince'
  | 'planId'
  | 'solution'
>;

export interface TurnParams {
  readonly placement: PlacementParams;
  readonly demand: DemandParams;
  /** Programs that choose the targets. Undefined if none are solved. */
  readonly solve?: SolveParams;
  readonly orphans: OrphanParams;
  /** Time for which a new leader unloads nothing. */
  readonly firstUnloadMs: Milliseconds;
}

export const defaultTurnParams: TurnParams = {
  placement: defaultPlacementParams,
  demand: defaultDemandParams,
  orphans: defaultOrphanParams,
  firstUnloadMs: milliseconds(10_000),
};

/** Returns the parameters with solved targets, and with the headroom that they need: what is stated for both stays. */
export const solvingParams = (params: TurnParams): TurnParams => ({
  ...{ solve: defaultSolveParams, ...params },
  demand: { ahead: defaultAheadParams, ...params.demand },
});

interface PlannedTurn extends ValidatedPlan, Pick<StatedProgram, 'program' | 'isTooLarge'> {
  readonly plan: Plan;
  readonly congestion: CongestionPrices | undefined;
  /** The quality of the actions that are carried out. */
  readonly quality: PlanQuality;
  /** Time at which the plan may change although nothing else does. */
  readonly nextAt: Milliseconds;
}

export interface TurnCore {
  readonly state: TurnState;
  /** Follows the demand if nothing else changed. Returns false if planning would see a difference: a turn must follow. */
  skip(input: DemandInput, observed: Observed): boolean;
  /** Notes the assignments in force, before the snapshot is taken. The others are forgotten. */
  see(replicas: readonly ReplicaId[], now: Milliseconds): void;
  /** Follows what the snapshot and the demand show. `orphans` are the assignments of deleted variants. */
  observe(observed: Observed, input: DemandInput, orphans: readonly Assignment[]): void;
  /** Plans from what was observed, validates, and adds the unloads of deleted variants. A leader since `leadingMs` may not unload yet. */
  plan(observed: Observed, planId: string, leadingMs: Milliseconds): PlannedTurn;
  /** Ends the program of `plan`. Uses its solution from the next plan on, or goes on with the one before if there is none, but not for ever. */
  solved(solution: Solution | undefined): void;
  /** Counts the actions, once they are recorded. What they load counts as assigned from now on, however late the next turn is. */
  end(actions: readonly PlanAction[], now: Milliseconds): void;
}

/** Creates the core of a term that begins. */
export function createTurnCore(params: TurnParams): TurnCore {
  const { placement } = params;
  const { solve: _, ...unsolved } = params;
  let state = firstTurn;
  /** Returns whether the solution is so old that it may not fit although nothing has changed that a program depends on. */
  const isOld = ({ now, demand, solution }: PlacementSnapshot): boolean =>
    demand.length > 0 && solution !== undefined && now - solution.at >= (params.solve?.maxAgeMs ?? Infinity);
  return {
    get state() {
      return state;
    },
    skip(input, observed) {
      const demand = followDemand(state.demand, input, observed, params.demand);
      const isSkipped = isSameDemand(demand, state.demand);
      if (isSkipped) state = { ...state, demand };
      return isSkipped;
    },
    see(replicas, now) {
      const { assignedAt } = state;
      state = { ...state, assignedAt: new Map(replicas.map((replica) => [replica, assignedAt.get(replica) ?? now])) };
    },
    observe(observed, input, orphans) {
      const { now } = observed;
      const measuring = new Set(observed.workers.map((worker) => worker.measuring));
      const demand = followDemand(state.demand, input, observed, params.demand);
      const since = new Map(state.orphans.map((orphan) => [orphan.assignment.replica, orphan.since]));
      state = {
        ...state,
        noisy: observeNoisy(state.noisy, observed.variants, measuring, now),
        demand,
        idleSince: observeIdle(state.idleSince, { ...observed, ...demand }, now),
        orphans: orphans.map((assignment) => ({ assignment, since: since.get(assignment.replica) ?? now })),
      };
    },
    plan(observed, planId, leadingMs) {
      const { changes, noisy, idleSince, deferredSince, orphans } = state;
      const { held, demand, slowdowns } = state.demand;
      const followed = { ...changes, noisy, idleSince, deferredSince, held, demand, slowdowns };
      const observedNow = { ...observed, ...followed, planId };
      const isFrozen = observed.frozen !== undefined;
      const inForce: TurnParams = isFrozen ? unsolved : params;
      const { targets, program, isTooLarge, ...stated } = stateProgram(state, observedNow, leadingMs, inForce);
      const solution = isFrozen ? undefined : targets.solution;
      // Until a program is solved, a term does not know which workers are worth their price, and which replicas are not needed.
      const isKnown = inForce.solve === undefined || solution !== undefined || isGivenUp(targets);
      const isNew = leadingMs < params.firstUnloadMs;
      const isIdle = state.demand.demand.length === 0;
      const mayLeave = isKnown || (isIdle && !isNew);
      const unmarked = { ...observedNow, solution };
      // The operator who froze the plan decides what it costs.
      const snapshot = isFrozen ? unmarked : markBeyondBudget(unmarked, placement, mayLeave);
      const context = createContext(snapshot, placement, !isKnown && !isIdle);
      const plan = planIn(context);
      const unloads = planOrphanUnloads(orphans, observed.now, params.orphans);
      const validated = validatePlan(plan, observed, placement);
      const { actions, dropped: early } = dropEarlyUnloads([...unloads, ...validated.actions], leadingMs, params);
      const dropped = [...validated.dropped, ...early];
      const isSettled = dropped.length === 0 && orphans.length === 0;
      const isBudgeted = placement.budgetUsdPerHour !== undefined;
      const leaveAt = isBudgeted && isNew && !mayLeave ? observed.now - leadingMs + params.firstUnloadMs : Infinity;
      const nextAt = milliseconds(isSettled ? Math.min(plan.nextAt, stated.dueAt, leaveAt) : 0);
      const congestion = congestionPrices(context, params.solve ?? defaultSolveParams, state.congestion);
      const quality = planQuality(context, { actions, unmet: plan.unmet }, stated.isCurrent && !isOld(snapshot));
      // Last, so that a turn that fails leaves no program that counts as being solved.
      // After the freeze, targets are solved again, as in a new term.
      state = {
        ...state,
        ...(isFrozen ? noTargets : targets),
        congestion,
        deferredSince: observeDeferred(deferredSince, plan.deferred, observed.now),
      };
      return { plan, quality, congestion, actions, dropped, nextAt, program, isTooLarge };
    },
    solved(solution) {
      state = { ...state, ...endProgram(state, solution, params) };
    },
    end(actions, now) {
      const loads = actions.flatMap((action) =>
        action.kind === 'load' ? [[action.assignment.replica, now] as const] : [],
      );
      state = {
        ...state,
        assignedAt: new Map([...loads, ...state.assignedAt]),
        changes: observeChanges(state.changes, actions, now, placement),
        noisy: countRepeats(state.noisy, actions),
      };
    },
  };
}
