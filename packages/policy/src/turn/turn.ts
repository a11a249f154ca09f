// A control turn: what it keeps from the turns before, what it observes, and what it decides.

import {
  milliseconds,
  type Assignment,
  type Milliseconds,
  type Plan,
  type PlanAction,
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
import { observeIdle } from '../place/observe-idle.js';
import {
  defaultOrphanParams,
  planOrphanUnloads,
  type Orphan,
  type OrphanParams,
} from '../place/plan-orphan-unloads.js';
import { planReplicas } from '../place/plan-replicas.js';
import { dropEarlyUnloads } from '../place/validate/drop-early-unloads.js';
import { validatePlan, type ValidatedPlan } from '../place/validate/validate-plan.js';
import {
  defaultPlacementParams,
  type PlacementParams,
  type PlacementSnapshot,
  type RecentChanges,
} from '../snapshot/snapshot.js';

/** The state that one turn leaves for the next. All of it can be lost: a new leader begins with `firstTurn`. */
export interface TurnState {
  readonly demand: FollowedDemand;
  /** Time at which each assignment was first seen, on this controller's clock. */
  readonly assignedAt: ReadonlyMap<ReplicaId, Milliseconds>;
  readonly orphans: readonly Orphan[];
  readonly changes: RecentChanges;
  readonly noisy: PlacementSnapshot['noisy'];
  /** Time since when each task without demand has had none. */
  readonly idleSince: ReadonlyMap<string, Milliseconds>;
}

export const firstTurn: TurnState = {
  demand: unfollowedDemand,
  assignedAt: new Map(),
  orphans: [],
  changes: noChanges,
  noisy: new Map(),
  idleSince: new Map(),
};

/** A snapshot without what follows from earlier turns. */
export type Observed = Omit<
  PlacementSnapshot,
  'held' | 'demand' | 'slowdowns' | keyof RecentChanges | 'noisy' | 'idleSince' | 'planId'
>;

export interface TurnParams {
  readonly placement: PlacementParams;
  readonly demand: DemandParams;
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

/** Follows the demand if nothing else changed. Returns undefined if planning would see a difference. */
export function skipTurn(
  state: TurnState,
  input: DemandInput,
  observed: Observed,
  { demand: params }: TurnParams,
): TurnState | undefined {
  const demand = followDemand(state.demand, input, observed, params);
  return isSameDemand(demand, state.demand) ? { ...state, demand } : undefined;
}

/** Returns when each of the assignments in force was first seen. The others are forgotten. */
export function seeAssigned(state: TurnState, replicas: Iterable<ReplicaId>, now: Milliseconds): TurnState {
  const assignedAt = new Map(Array.from(replicas, (replica) => [replica, state.assignedAt.get(replica) ?? now]));
  return { ...state, assignedAt };
}

/** Returns the state with what the snapshot shows. `orphans` are the assignments of deleted variants. */
export function observeTurn(
  state: TurnState,
  observed: Observed,
  input: DemandInput,
  orphans: readonly Assignment[],
  { demand: params }: TurnParams,
): TurnState {
  const measuring = new Set(observed.workers.map((worker) => worker.measuring));
  const demand = followDemand(state.demand, input, observed, params);
  const since = new Map(state.orphans.map((orphan) => [orphan.assignment.replica, orphan.since]));
  return {
    ...state,
    noisy: observeNoisy(state.noisy, observed.variants, measuring, observed.now),
    demand,
    idleSince: observeIdle(state.idleSince, { ...observed, ...demand }, observed.now),
    orphans: orphans.map((assignment) => ({ assignment, since: since.get(assignment.replica) ?? observed.now })),
  };
}

export interface PlannedTurn extends ValidatedPlan {
  readonly plan: Plan;
  /** Time at which the plan may change although nothing else does. */
  readonly nextAt: Milliseconds;
}

/** Plans, validates, and adds the unloads of deleted variants. A leader since `leadingMs` may not unload yet. */
export function planTurn(
  { demand: { held, demand, slowdowns }, changes, noisy, idleSince, orphans }: TurnState,
  observed: Observed,
  planId: string,
  leadingMs: Milliseconds,
  params: TurnParams,
): PlannedTurn {
  const followed = { ...changes, noisy, idleSince, held, demand, slowdowns };
  const plan = planReplicas({ ...observed, ...followed, planId }, params.placement);
  const unloads = planOrphanUnloads(orphans, observed.now, params.orphans);
  const validated = validatePlan(plan, observed, params.placement);
  const { actions, dropped: early } = dropEarlyUnloads([...unloads, ...validated.actions], leadingMs, params);
  const dropped = [...validated.dropped, ...early];
  const isSettled = dropped.length === 0 && orphans.length === 0;
  return { plan, actions, dropped, nextAt: isSettled ? plan.nextAt : milliseconds(0) };
}

/** Returns the state after the actions were recorded. What they load counts as assigned from now on, however late the next turn is. */
export function endTurn(
  state: TurnState,
  actions: readonly PlanAction[],
  now: Milliseconds,
  { placement }: TurnParams,
): TurnState {
  const loads = actions.flatMap((action) =>
    action.kind === 'load' ? [[action.assignment.replica, now] as const] : [],
  );
  return {
    ...state,
    assignedAt: new Map([...loads, ...state.assignedAt]),
    changes: observeChanges(state.changes, actions, now, placement),
    noisy: countRepeats(state.noisy, actions),
  };
}
