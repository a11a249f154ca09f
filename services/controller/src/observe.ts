// The snapshot that planning looks at: registry and plan from the mirror, fleet and demand from the live sessions.

import {
  bytes,
  milliseconds,
  type Assignment,
  type HardwareClassId,
  type Milliseconds,
  type PriceTable,
  type ReplicaId,
  type VariantId,
  type WorkerId,
} from '@pareto/core';
import type { PlacementReplica, PlacementSnapshot, PlacementWorker, VariantDemand } from '@pareto/policy';
import type { DemandBook } from './demand-book.js';
import type { FleetState } from './fleet-state.js';
import type { RecordView } from './record-tables.js';
import { costOf, latencyOf, versionKey, type RegistryView } from './registry-view.js';

/** Everything there is to look at. */
export interface Scene {
  readonly records: RecordView;
  readonly registry: RegistryView;
  readonly fleet: FleetState;
  readonly demand: DemandBook;
  readonly prices: PriceTable;
  readonly now: Milliseconds;
  /** Undefined: this controller does not lead. */
  readonly leadingSince: Milliseconds | undefined;
  /** The plan in the store is of the store's present history. */
  readonly settled: boolean;
}

export type Observed = Omit<PlacementSnapshot, 'wanted' | 'planId'>;

export function observe(scene: Scene, assignedAt: (replica: ReplicaId) => Milliseconds): Observed {
  const workers = observeWorkers(scene);
  return {
    now: scene.now,
    tasks: [...scene.registry.tasks.values()],
    variants: [...scene.registry.variants.values()],
    workers,
    replicas: workers.flatMap(({ info }) => observeReplicas(scene, info.id, assignedAt)),
    held: scene.demand.held(scene.now),
    prices: scene.prices,
  };
}

function observeWorkers({ records, fleet, now, leadingSince }: Scene): readonly PlacementWorker[] {
  return Array.from(records.workers.values(), ({ value: { info, draining } }) => {
    const report = fleet.lastReport(info.id);
    return {
      info: fleet.session(info.id)?.info ?? info,
      presence: fleet.presence(info.id, now, leadingSince),
      draining: draining || report?.draining === true,
      measuring: fleet.measuring(info.id)?.variant ?? report?.measuring,
    };
  });
}

/** Assignments in force, and replicas that their worker still has without one. */
function observeReplicas(
  { fleet, registry }: Scene,
  worker: WorkerId,
  assignedAt: (replica: ReplicaId) => Milliseconds,
): readonly PlacementReplica[] {
  const live = fleet.replicas(worker);
  const assigned = (registry.assignments.get(worker) ?? []).filter((assignment) => isRegistered(registry, assignment));
  const inForce = assigned.map((assignment): PlacementReplica => {
    const replica = live.get(assignment.replica);
    const at = assignedAt(assignment.replica);
    if (replica === undefined)
      return { assignment, state: 'assigned', since: at, memoryBytes: bytes(0), lastUsedAt: at };
    const { report, since, lastUsedAt } = replica;
    const state = report.quarantined ? 'failed' : report.state;
    return {
      assignment,
      state,
      since,
      memoryBytes: report.memoryBytes,
      lastUsedAt: milliseconds(Math.max(lastUsedAt, at)),
    };
  });
  const known = new Set(assigned.map(({ replica }) => replica));
  const leaving = [...live.values()].filter(({ report }) => !known.has(report.replica) && report.state !== 'failed');
  return [
    ...inForce,
    ...leaving.map(({ report, since, lastUsedAt }): PlacementReplica => {
      const { replica, variant, version, memoryBytes } = report;
      const hardwareClass =
        registry.versions.get(versionKey(variant, version))?.measurements[0]?.hardwareClass ?? unknownClass;
      const assignment: Assignment = { replica, variant, version, worker, hardwareClass };
      return { assignment, state: 'draining', since, memoryBytes, lastUsedAt };
    }),
  ];
}

/** Assignments whose variant was deleted: nobody plans for them. */
export const observeOrphans = ({ registry }: Scene): readonly Assignment[] =>
  [...registry.assignments.values()].flat().filter((assignment) => !isRegistered(registry, assignment));

const isRegistered = ({ versions }: RegistryView, { variant, version }: Assignment): boolean =>
  versions.has(versionKey(variant, version));

const unknownClass = '' as Assignment['hardwareClass'];

/** Measured demand of every variant that has a profile, for `planReplicas`. */
export function observeDemand(scene: Scene, workers: readonly PlacementWorker[]): readonly VariantDemand[] {
  const rates = scene.demand.itemsPerSecond(scene.now);
  const slots = slotsByClass(workers);
  return [...rates].flatMap(([variant, itemsPerSecond]) => {
    const profiled = cheapestProfile(scene, variant);
    if (profiled === undefined) return [];
    return [{ variant, itemsPerSecond, ...profiled, slots: slotsFor(scene, variant, slots) }];
  });
}

function cheapestProfile(
  { registry, prices }: Scene,
  id: VariantId,
): Pick<VariantDemand, 'profile' | 'latencyMs'> | undefined {
  const variant = registry.variants.get(id);
  if (variant === undefined) return undefined;
  const latencyMs = latencyOf(registry, variant.variant.task);
  const cost = (m: (typeof variant.measurements)[number]): number => costOf(m, prices, latencyMs) ?? Infinity;
  const [cheapest] = variant.measurements
    .filter(({ result }) => result.kind === 'measured')
    .toSorted((a, b) => (cost(a) < cost(b) ? -1 : 1));
  return cheapest?.result.kind === 'measured' ? { profile: cheapest.result.profile, latencyMs } : undefined;
}

/** Of workers that are connected and not being emptied. */
function slotsByClass(workers: readonly PlacementWorker[]): ReadonlyMap<HardwareClassId, number> {
  const slots = new Map<HardwareClassId, number>();
  for (const { info, presence, draining } of workers) {
    if (presence !== 'connected' || draining) continue;
    for (const group of info.slotGroups) {
      const { id } = group.hardwareClass;
      slots.set(id, (slots.get(id) ?? 0) + group.slots);
    }
  }
  return slots;
}

/** On the classes that the variant was measured on. */
function slotsFor({ registry }: Scene, id: VariantId, slots: ReadonlyMap<HardwareClassId, number>): number {
  const measurements = registry.variants.get(id)?.measurements ?? [];
  const classes = new Set(measurements.flatMap((m) => (m.result.kind === 'measured' ? [m.hardwareClass] : [])));
  return [...classes].reduce((sum, hardwareClass) => sum + (slots.get(hardwareClass) ?? 0), 0);
}
