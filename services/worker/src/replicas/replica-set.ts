// All replicas of this worker, which the core of the worker adds and removes as assigned. They share memory and slots.

import {
  architectureNameOf,
  formatVariant,
  originalRecipe,
  type Clock,
  type Measurement,
  type ReplicaId,
  type ReplicaReport,
  type VariantShapes,
  type VariantSpec,
} from '@pareto/core';
import { memoryLimit, type AssignedReplica, type DesiredReplicas } from '@pareto/policy';
import type { Executor } from '@pareto/runtime';
import type { Logger } from '@pareto/telemetry';
import type { DeviceSlots } from '../devices/device-slots.js';
import type { StepMemory } from '../devices/step-memory.js';
import { createReplica, type Replica, type ReplicaDeps } from './replica.js';

export interface ReplicaSetOptions extends Omit<
  ReplicaDeps,
  | 'memoryLimitBytes'
  | 'hasRoom'
  | 'driver'
  | 'tokens'
  | 'acquireIdle'
  | 'slotCount'
  | 'budget'
  | 'originalOf'
  | 'onTouch'
> {
  readonly slots: DeviceSlots;
  /** Memory for all replicas and for make and measure steps together. */
  readonly memoryBytes: number;
  readonly stepMemory: StepMemory;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface ObservedReplicas {
  readonly reports: readonly ReplicaReport[];
  /** The last reports of unloaded replicas, until they are marked as reported. */
  readonly finals: readonly ReplicaReport[];
  /** Provisional profiles of replicas that were assigned without a profile. */
  readonly provisional: readonly Measurement[];
  /** Shapes of inputs with dynamic dimensions that the replicas have run. */
  readonly shapes: readonly VariantShapes[];
}

export interface ReplicaSet {
  readonly replicas: ReadonlyMap<ReplicaId, Replica>;
  /** Applies the desired state. Loads and drains in the background; repeating the same state changes nothing. */
  apply(desired: DesiredReplicas): void;
  /**
   * Returns what is reported about the replicas. The report of a replica that did not change since it was marked as reported is the
   * same object, with its ages, unless all are computed again.
   */
  observe(again: boolean): ObservedReplicas;
  /** Marks reports as sent to the controller. */
  markReported(sent: Pick<ObservedReplicas, 'reports' | 'finals'>): void;
  readonly memoryUsedBytes: number;
  /** Returns the memory limit of one more executor. */
  memoryFor(assignment: LimitedReplica | undefined): number;
  refreshMemory(): void;
  drainAll(): Promise<void>;
}

type LimitedReplica = Pick<AssignedReplica, 'profile' | 'spec'>;

interface ObservedReplica extends Pick<Replica, 'provisional'> {
  readonly report: ReplicaReport;
  readonly shapes: readonly VariantShapes[];
}

/** Returns whether a replica has no work, and is not Interfered, which time ends. */
const isAtRest = ({ queuedItems, runningItems, interfered }: ReplicaReport): boolean =>
  queuedItems === 0 && runningItems === 0 && !interfered;

/** Maximum number of final reports to keep, far more than replicas are unloaded between two reports. */
const maxFinalReports = 1_000;

export function createReplicaSet(options: ReplicaSetOptions): ReplicaSet {
  const replicas = new Map<ReplicaId, Replica>();
  const finalReports = new Set<ReplicaReport>();
  const observed = new Map<ReplicaId, ObservedReplica>();
  /** Replicas that changed since they were reported, or change by time alone. */
  const touched = new Set<ReplicaId>();
  const { driver } = options.slots;
  let onEmpty = (): void => undefined;
  const others = (id: ReplicaId | undefined): Replica[] =>
    [...replicas.values()].filter(({ assignment }) => assignment.replica !== id);

  const heldBytes = (except?: ReplicaId): number =>
    others(except).reduce((total, { memoryBytes }) => total + memoryBytes, options.stepMemory.bytes);

  function memoryFor(assignment: LimitedReplica | undefined, id?: ReplicaId): number {
    return memoryLimit(options.memoryBytes - heldBytes(id), assignment);
  }

  function originalOf({ variant, version }: VariantSpec): Executor | undefined {
    const original = formatVariant(architectureNameOf(variant), originalRecipe, 'cpu');
    if (variant === original) return undefined;
    const isOriginal = ({ spec }: AssignedReplica): boolean => spec.variant === original && spec.version === version;
    return [...replicas.values()].find(({ assignment }) => isOriginal(assignment))?.executor;
  }

  driver.setOwner({
    replicas,
    add(assignment) {
      const { tokens, acquireIdle, checks, group } = options.slots.of(assignment);
      const own = {
        ...{ driver, tokens, acquireIdle, slotCount: group.slots, budget: checks, originalOf },
        onTouch: () => void touched.add(assignment.replica),
        hasRoom: (bytes: number) => options.memoryBytes - heldBytes() >= bytes,
        memoryLimitBytes: (latest: AssignedReplica) => memoryFor(latest, assignment.replica),
      };
      replicas.set(assignment.replica, createReplica(assignment, { ...options, ...own }));
      touched.add(assignment.replica);
    },
    remove(id, load) {
      const replica = replicas.get(id);
      replica?.end(load);
      replicas.delete(id);
      observed.delete(id);
      if (replica !== undefined && finalReports.size < maxFinalReports) finalReports.add(replica.report());
      if (replicas.size === 0) onEmpty();
      options.onChange();
    },
  });

  function observeReplica(id: ReplicaId): void {
    const replica = replicas.get(id);
    if (replica === undefined) return void touched.delete(id);
    const [report, { provisional }] = [replica.report(), replica];
    observed.set(id, { report, provisional, shapes: replica.state === 'ready' ? replica.shapes() : [] });
  }

  return {
    replicas,
    apply: (desired) => driver.dispatch({ kind: 'assigned', desired }),
    observe(again) {
      for (const id of again ? [...replicas.keys()] : [...touched]) observeReplica(id);
      const all = [...observed.values()];
      return {
        reports: all.map(({ report }) => report),
        finals: [...finalReports],
        provisional: all.flatMap(({ provisional }) => provisional ?? []),
        shapes: all.flatMap(({ shapes }) => shapes),
      };
    },
    markReported({ reports, finals }) {
      for (const report of reports)
        if (isAtRest(report) && observed.get(report.replica)?.report === report) touched.delete(report.replica);
      for (const report of finals) finalReports.delete(report);
      // The replicas are gone in the next report.
      if (finals.length > 0) options.onChange();
    },
    get memoryUsedBytes() {
      return heldBytes();
    },
    memoryFor: (assignment) => memoryFor(assignment),
    refreshMemory() {
      options.stepMemory.refresh();
      for (const replica of replicas.values()) replica.refreshMemory();
    },
    drainAll: async () => {
      driver.dispatch({ kind: 'stopped' });
      if (replicas.size > 0) await new Promise<void>((resolve) => (onEmpty = resolve));
    },
  };
}
