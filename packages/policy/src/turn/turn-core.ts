// The core of the leader's control loop: what its turns keep from those before, observe, and decide.

import {
  milliseconds,
  type Assignment,
  type Milliseconds,
  type Plan,
  type PlanAction,
  type PlanQuality,
  type ReplicaId,
} from '@pareto/core';
import { defaultDemandParams, type DemandParams } from '../demand/demand-params.js';
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
import { createContext } from '../place/context/context.js';
import { planIn } from '../place/plan-replicas.js';
import { dropEarlyUnloads } from '../place/validate/drop-early-unloads.js';
import { validatePlan, type ValidatedPlan } from '../place/validate/validate-plan.js';
import { formulate, type Formulated } from '../place/solve/formulate.js';
import { searchExactly } from '../place/solve/exact/search-exactly.js';
import { planQuality } from '../place/solve/plan-quality.js';
import { isInForce, solveBasis, solveDueAt, type LastProgram } from '../place/solve/solve-due.js';
import type { Solution } from '../snapshot/solution.js';
import type { SolveParams } from '../place/solve/solve-params.js';
import {
  defaultPlacementParams,
  type PlacementParams,
  type PlacementSnapshot,
  type RecentChanges,
} from '../snapshot/snapshot.js';

/** The state that one turn leaves for the next. All of it can be lost: a new leader begins without. */
interface TurnState {
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
  readonly program: LastProgram | undefined;
  readonly solution: Solution | undefined;
  /** The basis of the program that `solution` solves. */
  readonly basis: readonly string[];
}

const firstTurn: TurnState = {
  demand: unfollowedDemand,
  assignedAt: new Map(),
  orphans: [],
  changes: noChanges,
  noisy: new Map(),
  idleSince: new Map(),
  deferredSince: new Map(),
  program: undefined,
  solution: undefined,
  basis: [],
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

interface PlannedTurn extends ValidatedPlan {
  readonly plan: Plan;
  /** The quality of the actions that are carried out. */
  readonly quality: PlanQuality;
  /** Time at which the plan may change although nothing else does. */
  readonly nextAt: Milliseconds;
  /** A program whose solution should be given to `solved`. Undefined if none is due. */
  readonly program: Formulated | undefined;
  /** Set if a program was due that would have more columns than `maxColumns`. */
  readonly isTooLarge: boolean;
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

/** Programs without a solution after which the last solution is given up for greedy targets, and doublings of the time to the next one. */
const [maxFailures, maxDoublings] = [3, 6];

/** Creates the core of a term that begins. */
export function createTurnCore(params: TurnParams): TurnCore {
  const { placement } = params;
  let state = firstTurn;
  /** Returns whether the solution still fits the demand and the fleet of now. */
  const isCurrent = (snapshot: PlacementSnapshot): boolean =>
    params.solve !== undefined &&
    state.solution !== undefined &&
    isInForce(snapshot, state.solution, state.basis, { ...params.solve, idleMs: placement.idleMs });
  /** Returns the time from which a program is due. Infinite while another one is being solved. */
  function programDueAt(snapshot: PlacementSnapshot, leadingMs: Milliseconds, isCurrentNow: boolean): number {
    if (params.solve === undefined || state.program?.isSolved === false) return Infinity;
    const { at = -Infinity, failures = 0 } = state.program ?? {};
    // A leader that is new does not know all workers and rates yet.
    const knownAt = snapshot.now - leadingMs + params.firstUnloadMs;
    const nextAt = at + params.solve.everyMs * 2 ** Math.min(failures, maxDoublings);
    return Math.max(knownAt, nextAt, solveDueAt(snapshot, state.solution, isCurrentNow, params.solve));
  }
  /**
   * Returns the program that is due, or the time at which one is, and whether the solution is current. The targets of a small fleet are
   * solved right away.
   */
  function programOf(
    snapshot: PlacementSnapshot,
    leadingMs: Milliseconds,
  ): Pick<PlannedTurn, 'program' | 'isTooLarge'> & { readonly dueAt: number; readonly isCurrent: boolean } {
    const isRefreshed = isCurrent(snapshot);
    const none = { program: undefined, isTooLarge: false, isCurrent: isRefreshed };
    const dueAt = programDueAt(snapshot, leadingMs, isRefreshed);
    if (params.solve === undefined || snapshot.now < dueAt) return { ...none, dueAt };
    const { failures = 0 } = state.program ?? {};
    const basis = isRefreshed ? state.basis : solveBasis(snapshot, placement);
    state = { ...state, program: { at: snapshot.now, basis, isRefreshed, isSolved: false, failures } };
    const program = formulate(createContext(snapshot, placement), params.solve);
    const exact = params.solve.exact && program && searchExactly(program, params.solve.exact);
    if (program !== undefined && exact === undefined) return { ...none, program, dueAt: Infinity };
    endProgram(exact);
    const isNowCurrent = exact === undefined ? isRefreshed : isCurrent(snapshot);
    const nextDueAt = programDueAt(snapshot, leadingMs, isNowCurrent);
    return { program: undefined, isTooLarge: program === undefined, isCurrent: isNowCurrent, dueAt: nextDueAt };
  }
  /** Ends the program that was stated last. Without a solution, the one before stays for a few programs. */
  function endProgram(solution: Solution | undefined): void {
    const { program, solution: before, basis } = state;
    const failures = solution === undefined ? (program?.failures ?? 0) + 1 : 0;
    const isRefreshed = program?.isRefreshed === true;
    const last = isRefreshed || failures < maxFailures ? before : undefined;
    state = {
      ...state,
      solution: isRefreshed && before && solution ? refreshed(before, solution) : (solution ?? last),
      basis: solution === undefined ? basis : (program?.basis ?? []),
      program: program && { ...program, failures, isSolved: true },
    };
  }
  /** Returns the solution before with the age and the bound of the next one, unless that one costs less by more than the gap of programs. */
  function refreshed(before: Solution, next: Solution): Solution {
    const { steadyUsd } = before;
    if (steadyUsd * (1 - (params.solve?.relativeGap ?? 0)) > next.steadyUsd) return next;
    const { at, planId } = next;
    const bound = Math.min(steadyUsd, next.steadyUsd - (next.objective - next.bound));
    const source = bound < steadyUsd * (1 - 1e-9) ? 'solved' : before.source;
    return { ...before, at, planId, source, objective: steadyUsd, bound };
  }
  /** Returns whether the solution is so old that it may not fit although nothing has changed that a program depends on. */
  const isOld = ({ now, demand, solution }: PlacementSnapshot): boolean =>
    demand.length > 0 && solution !== undefined && now - solution.at >= (params.solve?.maxAgeMs ?? Infinity);
  function planNow(observed: Observed, planId: string, leadingMs: Milliseconds): PlannedTurn {
    const { changes, noisy, idleSince, deferredSince, orphans } = state;
    const { held, demand, slowdowns } = state.demand;
    const followed = { ...changes, noisy, idleSince, deferredSince, held, demand, slowdowns };
    const observedNow = { ...observed, ...followed, planId };
    const {
      program,
      isTooLarge,
      isCurrent: isCurrentNow,
      dueAt,
    } = programOf({ ...observedNow, solution: state.solution }, leadingMs);
    const snapshot = { ...observedNow, solution: state.solution };
    const context = createContext(snapshot, placement);
    const plan = planIn(context);
    state = { ...state, deferredSince: observeDeferred(deferredSince, plan.deferred, observed.now) };
    const unloads = planOrphanUnloads(orphans, observed.now, params.orphans);
    const validated = validatePlan(plan, observed, placement);
    const { actions, dropped: early } = dropEarlyUnloads([...unloads, ...validated.actions], leadingMs, params);
    const dropped = [...validated.dropped, ...early];
    const isSettled = dropped.length === 0 && orphans.length === 0;
    const nextAt = isSettled ? milliseconds(Math.min(plan.nextAt, dueAt)) : milliseconds(0);
    const quality = planQuality(context, { actions, unmet: plan.unmet }, isCurrentNow && !isOld(snapshot));
    return { plan, quality, actions, dropped, nextAt, program, isTooLarge };
  }
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
      const before = state;
      try {
        return planNow(observed, planId, leadingMs);
      } catch (error) {
        // Otherwise the program of a turn that failed would count as being solved.
        state = before;
        throw error;
      }
    },
    solved: endProgram,
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
