// The record of a plan: what it was planned for, what runs on which hardware, and why. Pure.

import {
  groupBy,
  priceOf,
  type Assignment,
  type CongestionPrices,
  type KeptReplica,
  type Plan,
  type PlanAction,
  type PlanQuality,
  type ReplicaId,
} from '@pareto/core';
import type { Demand, Observed, PlacementVariant } from '@pareto/policy';
import type { PlannedClass, PlannedDemand, PlannedReplicas, PlanRecord } from '../storage/records.js';

/** Maximum numbers of rows in a record, and of their bytes in the store: all together fit a transaction. */
const limits = {
  replicas: { rows: 4_000, bytes: 400_000 },
  demands: { rows: 200, bytes: 60_000 },
  classes: { rows: 200, bytes: 60_000 },
  actions: { rows: 200, bytes: 150_000 },
  unmet: { rows: 100, bytes: 100_000 },
} as const;

export interface RecordedTurn {
  readonly planId: string;
  readonly atWallMs: number;
  readonly observed: Observed;
  readonly demand: readonly Demand[];
  readonly plan: Pick<Plan, 'kept' | 'unmet'>;
  readonly actions: readonly PlanAction[];
  readonly quality: PlanQuality;
  readonly congestion: CongestionPrices | undefined;
}

export function planRecord({ planId, atWallMs, observed, plan, ...turn }: RecordedTurn): PlanRecord {
  const { actions, demand } = turn;
  const { at, ...quality } = turn.quality;
  const kept = new Map(plan.kept.map((one) => [one.replica, one]));
  const replicas = plannedReplicas(assignmentsAfter(observed, actions), kept);
  const recorded = fitting(replicas, limits.replicas);
  return {
    ...{ id: planId, atWallMs, quality: { ...quality, ageMs: observed.now - at } },
    replicas: recorded,
    demands: fitting(plannedDemands(demand, observed.variants), limits.demands),
    classes: fitting(plannedClasses(observed, turn.congestion), limits.classes),
    actions: fitting(actions, limits.actions),
    unmet: fitting(plan.unmet, limits.unmet),
    counts: {
      loads: countOf(actions, 'load'),
      unloads: countOf(actions, 'unload'),
      replicas: replicas.reduce((sum, one) => sum + one.replicas, 0),
      itemsPerSecond: demand.reduce((sum, one) => sum + one.itemsPerSecond, 0),
    },
    omitted: replicas.length - recorded.length,
  };
}

/** Returns the first rows, as many as the limits allow. */
function fitting<Row>(all: readonly Row[], limit: { readonly rows: number; readonly bytes: number }): readonly Row[] {
  const isWhole = all.length <= limit.rows && Buffer.byteLength(JSON.stringify(all)) <= limit.bytes;
  if (isWhole) return all;
  let bytes = 0;
  const end = all.findIndex((row) => (bytes += Buffer.byteLength(JSON.stringify(row)) + 1) > limit.bytes);
  return all.slice(0, Math.min(limit.rows, end === -1 ? all.length : end));
}

const countOf = (actions: readonly PlanAction[], kind: PlanAction['kind']): number =>
  actions.filter((action) => action.kind === kind).length;

/** Returns the assignments once the actions are carried out, without those that leave with their workers: others replace them. */
function assignmentsAfter(
  { replicas, workers }: Pick<Observed, 'replicas' | 'workers'>,
  actions: readonly PlanAction[],
): Assignment[] {
  const leaving = new Set(
    workers.flatMap(({ info, presence, draining }) => (presence === 'gone' || draining ? [info.id] : [])),
  );
  const unloaded = new Set(actions.flatMap((one) => (one.kind === 'unload' ? [one.assignment.replica] : [])));
  const staying = replicas.flatMap(({ assignment, state }) =>
    state === 'draining' || unloaded.has(assignment.replica) || leaving.has(assignment.worker) ? [] : [assignment],
  );
  return [...staying, ...actions.flatMap((one) => (one.kind === 'load' ? [one.assignment] : []))];
}

/** Returns the replicas by version of a variant and class, with the reason of one of them, the most numerous first. */
function plannedReplicas(
  assignments: readonly Assignment[],
  kept: ReadonlyMap<ReplicaId, KeptReplica>,
): readonly PlannedReplicas[] {
  const rows = new Map<string, PlannedReplicas>();
  for (const { replica, variant, version, hardwareClass } of assignments) {
    const key = `${variant}/${version} ${hardwareClass}`;
    const known = rows.get(key);
    const { source = '', reason = '' } = kept.get(replica) ?? {};
    // The reason of a need says more than that of a replica without one.
    const why = known === undefined || (known.source === '' && source !== '') ? { source, reason } : {};
    const counted = known ?? { variant, version, hardwareClass, replicas: 0, source, reason };
    rows.set(key, { ...counted, ...why, replicas: counted.replicas + 1 });
  }
  return [...rows.values()].toSorted((a, b) => b.replicas - a.replicas);
}

/** Returns the demand by task, latency and the variant that selection prefers, the largest first. */
function plannedDemands(demand: readonly Demand[], variants: readonly PlacementVariant[]): readonly PlannedDemand[] {
  const tasks = new Map(variants.map(({ variant }) => [variant.id, variant.task]));
  const rows = new Map<string, PlannedDemand>();
  for (const {
    variants: [variant],
    latencyMs,
    itemsPerSecond,
    prefersAccuracy = false,
  } of demand) {
    const key = `${variant} ${latencyMs} ${prefersAccuracy}`;
    const sum = (rows.get(key)?.itemsPerSecond ?? 0) + itemsPerSecond;
    rows.set(key, { task: tasks.get(variant) ?? '', variant, latencyMs, itemsPerSecond: sum, prefersAccuracy });
  }
  return [...rows.values()].toSorted((a, b) => b.itemsPerSecond - a.itemsPerSecond);
}

/** Returns the slots of the connected workers that are not draining, by class. */
function plannedClasses(
  { workers, prices }: Pick<Observed, 'workers' | 'prices'>,
  congestion: CongestionPrices | undefined,
): readonly PlannedClass[] {
  const groups = groupBy(
    workers
      .filter(({ presence, draining }) => presence === 'connected' && !draining)
      .flatMap(({ info }) => info.slotGroups.map((group) => ({ ...group, worker: info.id }))),
    ({ hardwareClass }) => hardwareClass.id,
  );
  return Array.from(groups, ([hardwareClass, own]) => ({
    hardwareClass,
    workers: new Set(own.map(({ worker }) => worker)).size,
    slots: own.reduce((sum, { slots }) => sum + slots, 0),
    usdPerHour: priceOf(prices, hardwareClass) ?? 0,
    congestionUsdPerHour: congestion?.usdPerHour[hardwareClass] ?? 0,
  }));
}
