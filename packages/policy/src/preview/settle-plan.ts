// Where plans lead if nothing else changes: the plans of several turns, each carried out immediately.

import {
  bytes,
  milliseconds,
  type CongestionPrices,
  type Plan,
  type PlanAction,
  type PlanQuality,
  type ReplicaId,
  type WorkerId,
} from '@pareto/core';
import { congestionPrices } from '../place/congestion/congestion-prices.js';
import { markBeyondBudget } from '../place/context/budget.js';
import { createContext } from '../place/context/context.js';
import { observeChanges } from '../place/observe-changes.js';
import { planIn } from '../place/plan-replicas.js';
import { planQuality } from '../place/solve/plan-quality.js';
import { defaultSolveParams } from '../place/solve/solve-params.js';
import type { PlacementReplica, PlacementSnapshot } from '../snapshot/snapshot.js';
import type { TurnParams } from '../turn/turn-core.js';

export interface SettledPlan {
  /** The last plan, whose `kept` are all replicas. */
  readonly plan: Plan;
  /** Loads and unloads of all plans together. */
  readonly actions: readonly PlanAction[];
  readonly quality: PlanQuality;
  /** Prices of slots. Undefined if they suffice. */
  readonly congestion: CongestionPrices | undefined;
  /** Set unless plans still changed replicas in the last turn. */
  readonly isSettled: boolean;
  /** Time until the slowest worker has loaded its new replicas, by their profiles. 0 if none is loaded. */
  readonly loadMs: number;
}

const maxTurns = 30;

/** Plans until a plan changes no replica. Replicas that load or leave have done so before. Yields after each turn, so that the caller can let others run. */
export function* settlePlan(
  start: PlacementSnapshot,
  { placement, solve = defaultSolveParams }: TurnParams,
): Generator<void, SettledPlan> {
  const params = { ...placement, minResidencyMs: milliseconds(0) };
  const stepMs = Math.max(params.surplusMs, params.handoverMs, params.quietMs);
  const loads = new Map<ReplicaId, PlanAction>();
  const unloads = new Map<ReplicaId, PlanAction>();
  let snapshot = { ...start, replicas: carriedOut(start, []) };
  for (let turn = 1; ; turn += 1) {
    const { solution, frozen } = snapshot;
    const context = createContext(markBeyondBudget(snapshot, params), params);
    const plan = planIn(context);
    const changes = plan.actions.filter(({ kind }) => kind === 'load' || kind === 'unload');
    const isSettled = changes.length === 0;
    if (isSettled || turn === maxTurns) {
      const quality = planQuality(
        context,
        { actions: [], unmet: plan.unmet },
        solution !== undefined && frozen === undefined,
      );
      const actions = [...loads.values(), ...unloads.values()];
      const congestion = congestionPrices(context, solve, undefined);
      return { plan, actions, quality, congestion, isSettled, loadMs: loadTime(snapshot, actions) };
    }
    for (const action of changes) note(loads, unloads, action);
    const now = milliseconds(snapshot.now + stepMs);
    snapshot = {
      ...{ ...snapshot, now, planId: `${start.planId}.${turn}` },
      ...observeChanges(snapshot, changes, snapshot.now, params),
      replicas: carriedOut(snapshot, changes),
    };
    yield;
  }
}

/** Adds an action to those so far, of which a later one may undo an earlier one. */
function note(loads: Map<ReplicaId, PlanAction>, unloads: Map<ReplicaId, PlanAction>, action: PlanAction): void {
  if (action.kind === 'load') loads.set(action.assignment.replica, action);
  if (action.kind !== 'unload') return;
  const { replica } = action.assignment;
  if (!loads.delete(replica)) unloads.set(replica, action);
}

/** Returns the replicas after the actions: loaded ones are ready, unloaded ones and those that are draining are gone. */
function carriedOut({ replicas, now }: PlacementSnapshot, actions: readonly PlanAction[]): readonly PlacementReplica[] {
  const unloaded = new Set(actions.flatMap((one) => (one.kind === 'unload' ? [one.assignment.replica] : [])));
  const ready = { state: 'ready', since: now, readyAt: now } as const;
  const kept = replicas.flatMap((one): readonly PlacementReplica[] => {
    if (unloaded.has(one.assignment.replica) || one.state === 'draining') return [];
    return one.state === 'ready' || one.state === 'failed' ? [one] : [{ ...one, ...ready }];
  });
  const loaded = actions.flatMap((action): readonly PlacementReplica[] =>
    action.kind === 'load' ? [{ ...ready, assignment: action.assignment, memoryBytes: bytes(0), lastUsedAt: now }] : [],
  );
  return [...kept, ...loaded];
}

/** Returns the longest time of a worker: of its slowest load, or of all loads on its slots if that is longer. */
function loadTime({ variants, workers }: PlacementSnapshot, actions: readonly PlanAction[]): number {
  const slots = new Map(
    workers.map(({ info }) => [info.id, info.slotGroups.reduce((sum, group) => sum + group.slots, 0)]),
  );
  const times = new Map<WorkerId, number[]>();
  for (const action of actions) {
    if (action.kind !== 'load') continue;
    const { worker, variant, version, hardwareClass } = action.assignment;
    const own = variants.find((one) => one.variant.id === variant && one.variant.version === version);
    const result = own?.measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
    const loadMs = result?.kind === 'measured' ? result.profile.loadMs : 0;
    times.set(worker, [...(times.get(worker) ?? []), loadMs]);
  }
  return Math.max(
    0,
    ...Array.from(times, ([worker, own]) =>
      Math.max(...own, own.reduce((sum, ms) => sum + ms, 0) / Math.max(1, slots.get(worker) ?? 1)),
    ),
  );
}
