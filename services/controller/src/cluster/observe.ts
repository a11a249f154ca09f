// Builds the snapshot that planning uses: registry and plan from the mirror, fleet and demand from the live sessions.

import {
  milliseconds,
  oncePer,
  type Assignment,
  type Milliseconds,
  type PriceTable,
  type ReplicaId,
  type WarmthRule,
  type WorkerId,
} from '@pareto/core';
import {
  keepWorkers,
  observeReplica,
  variantOf,
  type DemandWindow,
  type FleetState,
  type Observed,
  type PlacementReplica,
  type PlacementVariant,
  type PlacementWarmthRule,
  type PlacementWorker,
} from '@pareto/policy';
import type { RecordView } from '../storage/record-tables.js';
import { freezeKey, type FreezeRecord } from '../storage/records.js';
import { currentVersions, variantsOfVersion, versionKey, type RegistryView } from '../registry/registry-view.js';

/** A view of the whole state of the cluster. */
export interface ClusterView {
  readonly records: RecordView;
  readonly registry: RegistryView;
  readonly fleet: FleetState;
  readonly demand: DemandWindow;
  readonly prices: PriceTable;
  readonly now: Milliseconds;
  /** Time since the Unix epoch. It decides which rules have expired. */
  readonly wallMs: number;
  /** Start of this controller's term. Undefined if it does not lead. */
  readonly leadingSince: Milliseconds | undefined;
  /** Set if the plan in the store belongs to the store's current history (see `plan/adopt.ts`). */
  readonly settled: boolean;
  /**
   * Version that each architecture's name resolves to, by name. A name without an entry resolves to the current
   * version.
   */
  readonly served: ReadonlyMap<string, number>;
}

/**
 * Returns the snapshot for planning. `assignedAt` is the time at which each assignment was first seen; an assignment
 * without an entry counts as first seen now. `before` is the last snapshot.
 */
export function observe(
  view: ClusterView,
  assignedAt: ReadonlyMap<ReplicaId, Milliseconds>,
  before: Observed | undefined,
): Observed {
  const workers = keepWorkers(before?.workers ?? [], observeWorkers(view));
  const { registry, served } = view;
  return {
    now: view.now,
    tasks: [...registry.tasks.values()],
    architectures: currentVersions(registry),
    served,
    variants: [...registry.variants.values(), ...olderServed(view)],
    rules: registry.rules,
    warmthRules: registry.warmthRules.map((rule) => observeWarmthRule(rule, view)),
    workers,
    replicas: workers.flatMap(({ info }) => observeReplicas(view, info.id, assignedAt)),
    prices: view.prices,
    frozen: freezeInForce(view.records)?.replicas,
  };
}

/** Returns the freeze in force. Undefined if the plan is not frozen. */
export function freezeInForce({ freezes }: Pick<RecordView, 'freezes'>): FreezeRecord | undefined {
  const last = freezes.get(freezeKey)?.value;
  return last?.ended === undefined ? last : undefined;
}

/**
 * Returns the rule with its age on this controller's clock. Its time of creation may come from another host's clock.
 */
function observeWarmthRule(
  { kind, tenant, task, target, reason, madeWallMs }: WarmthRule,
  { now, wallMs }: ClusterView,
): PlacementWarmthRule {
  const since = milliseconds(now - Math.max(0, wallMs - madeWallMs));
  return { kind, tenant, task, target, reason, since };
}

/** Returns the variants of served versions that are not the current ones. */
const olderServed = ({ registry, served }: Pick<ClusterView, 'registry' | 'served'>): readonly PlacementVariant[] =>
  [...served].flatMap(([name, version]) =>
    registry.architectures.get(name)?.at(-1)?.version === version ? [] : variantsOfVersion(registry, { name, version }),
  );

/** Returns the variants of all served versions, one version of each architecture. */
export function servedVariants(view: Pick<ClusterView, 'registry' | 'served'>): readonly PlacementVariant[] {
  const older = olderServed(view);
  const olderNames = new Set(older.map(({ variant }) => variant.architecture));
  return [...[...view.registry.variants.values()].filter((one) => !olderNames.has(one.variant.architecture)), ...older];
}

type Unserved = Omit<ClusterView, 'served'>;

export function observeWorkers({ records, fleet, now, leadingSince }: Unserved): readonly PlacementWorker[] {
  return Array.from(records.workers.values(), ({ value: { info, draining } }) => {
    const { live, ...seen } = fleet.observe(info.id, now, leadingSince);
    const { session, report, order } = live ?? {};
    return {
      ...seen,
      info: session?.info ?? info,
      draining: draining || report?.draining === true,
      measuring: (order && variantOf(order)) ?? report?.measuring,
      making: order?.kind === 'make' ? order : undefined,
    };
  });
}

interface ReplicaView extends Pick<ClusterView, 'now'> {
  readonly fleet: Pick<FleetState, 'replicas'>;
  readonly registry: Pick<RegistryView, 'assignments' | 'versions'>;
}

/**
 * Returns a worker's assigned replicas, and the ones that it still has without an assignment. A replica that was in use
 * according to its worker's last report counts as used now.
 */
export function observeReplicas(
  { fleet, registry, now }: ReplicaView,
  worker: WorkerId,
  assignedAt: ReadonlyMap<ReplicaId, Milliseconds>,
): readonly PlacementReplica[] {
  const live = fleet.replicas(worker);
  const assigned = (registry.assignments.get(worker) ?? []).filter((assignment) => isRegistered(registry, assignment));
  const inForce = assigned.map((assignment) =>
    observeReplica(assignment, live.get(assignment.replica), assignedAt.get(assignment.replica) ?? now, now),
  );
  const known = new Set(assigned.map(({ replica }) => replica));
  const leaving = [...live.values()].filter(({ report }) => !known.has(report.replica) && report.state !== 'failed');
  return [
    ...inForce,
    ...leaving.map(({ report, since, readyAt, lastUsedAt }): PlacementReplica => {
      const { replica, variant, version, memoryBytes } = report;
      const hardwareClass =
        registry.versions.get(versionKey(variant, version))?.measurements[0]?.hardwareClass ?? unknownClass;
      const assignment: Assignment = { replica, variant, version, worker, hardwareClass };
      return { assignment, state: 'draining', since, readyAt, memoryBytes, lastUsedAt };
    }),
  ];
}

/** Returns the assignments of deleted variants, which `planPlacement` does not cover. */
export const observeOrphans = ({ registry }: Pick<ClusterView, 'registry'>): readonly Assignment[] =>
  [...registry.assignments.values()].flat().filter((assignment) => !isRegistered(registry, assignment));

const isRegistered = ({ versions }: Pick<RegistryView, 'versions'>, assignment: Assignment): boolean =>
  versions.has(keyOf(assignment));

const keyOf = oncePer(({ variant, version }: Assignment) => versionKey(variant, version));

const unknownClass = '' as Assignment['hardwareClass'];
