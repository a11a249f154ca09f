// The ledger of a plan: the replicas and free memory of each worker, and the actions decided so far.

import {
  replicaId,
  type HardwareClassId,
  type Plan,
  type PlanAction,
  type UnmetNeed,
  type VariantId,
  type DeferredStep,
} from '@pareto/core';
import { createMemory, type Memory } from './memory.js';
import { compareText, type Option } from './options.js';
import type { PlacementParams, PlacementReplica, PlacementSnapshot, PlacementWorker } from '../../snapshot/snapshot.js';

/** A replica in the ledger: an existing one, or (without `existing`) one that this plan loads. */
export interface Entry {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  readonly worker: WorkerState;
  readonly memoryBytes: number;
  readonly existing: PlacementReplica | undefined;
  /** Set if the replica is draining, or if this plan unloads it. */
  leaving: boolean;
  /** Set if the replica meets a need. */
  kept: boolean;
}

export interface WorkerState {
  readonly worker: PlacementWorker;
  /** Replicas on the worker. */
  readonly entries: readonly Entry[];
  /** Set if the worker may get new replicas. */
  readonly schedulable: boolean;
  /** Free bytes now. Negative if a waiting load has reserved more. */
  freeBytes: number;
  /** Free bytes once all unloads are done. */
  freeBytesAfterUnload: number;
  /** Order that is sent or planned. Undefined if there is none. */
  order: 'make' | 'measure' | undefined;
}

/** An order to generate a file or to measure, without the worker. */
export type Order = OmitWorker<Extract<PlanAction, { readonly kind: 'make' | 'measure' }>>;

type OmitWorker<T> = T extends unknown ? Omit<T, 'worker'> : never;

export interface Ledger {
  readonly workers: readonly WorkerState[];
  readonly entries: readonly Entry[];
  /** Returns the replicas of a variant, of any version. */
  entriesOf(variant: VariantId): readonly Entry[];
  load(option: Option, worker: WorkerState, reason: string): Entry;
  unload(entry: Entry, reason: string): void;
  /** Plans an order for a worker. `memoryBytes` is the maximum that the order may use. */
  order(order: Order, worker: WorkerState, memoryBytes: number): void;
  /** Reserves memory on a worker for a load that must wait for unloads. */
  reserve(worker: WorkerState, memoryBytes: number): void;
  unmet(need: UnmetNeed): void;
  defer(step: DeferredStep): void;
  plan(): Plan;
}

export function createLedger(snapshot: PlacementSnapshot, params: PlacementParams): Ledger {
  const memory = createMemory(snapshot, params);
  const workers = createWorkerStates(snapshot, memory);
  const workersById = new Map(workers.map((workerState) => [workerState.worker.info.id, workerState]));
  const entries: Entry[] = [];
  const byVariant = new Map<VariantId, Entry[]>();
  const actions: PlanAction[] = [];
  const unmet: UnmetNeed[] = [];
  const deferred: DeferredStep[] = [];
  const addEntry = (entry: Entry, workerState: MutableWorkerState): Entry => {
    entries.push(entry);
    workerState.entries.push(entry);
    const own = byVariant.get(entry.variant);
    if (own === undefined) byVariant.set(entry.variant, [entry]);
    else own.push(entry);
    return entry;
  };
  // Replicas of unknown workers are ignored.
  for (const replica of snapshot.replicas) {
    const workerState = workersById.get(replica.assignment.worker);
    if (workerState !== undefined) addEntry(entryOf(replica, workerState, memory), workerState);
  }
  return {
    workers,
    entries,
    entriesOf: (variant) => byVariant.get(variant) ?? [],
    load(option, worker, reason) {
      const { id: variant, version } = option.variant.variant;
      const { hardwareClass, memoryBytes } = option;
      const { id } = worker.worker.info;
      const replica = replicaId(`${snapshot.planId}-${actions.length}`);
      actions.push({ kind: 'load', assignment: { replica, variant, version, worker: id, hardwareClass }, reason });
      worker.freeBytes -= memoryBytes;
      worker.freeBytesAfterUnload -= memoryBytes;
      const fresh = { existing: undefined, leaving: false, kept: false };
      const entry: Entry = { variant, version, hardwareClass, worker, memoryBytes, ...fresh };
      const workerState = workersById.get(id);
      return workerState === undefined ? entry : addEntry(entry, workerState);
    },
    unload(entry, reason) {
      if (entry.leaving || entry.existing === undefined) return;
      entry.leaving = true;
      entry.worker.freeBytesAfterUnload += entry.memoryBytes;
      actions.push({ kind: 'unload', assignment: entry.existing.assignment, reason });
    },
    order(order, worker, memoryBytes) {
      actions.push({ ...order, worker: worker.worker.info.id });
      worker.order = order.kind;
      this.reserve(worker, memoryBytes);
    },
    reserve(worker, memoryBytes) {
      worker.freeBytes -= memoryBytes;
      worker.freeBytesAfterUnload -= memoryBytes;
    },
    unmet: (need) => void unmet.push(need),
    defer: (step) => void deferred.push(step),
    plan: () => ({ actions, unmet, deferred }),
  };
}

interface MutableWorkerState extends WorkerState {
  readonly entries: Entry[];
}

function createWorkerStates({ workers }: PlacementSnapshot, memory: Memory): readonly MutableWorkerState[] {
  return workers
    .toSorted((a, b) => compareText(a.info.id, b.info.id))
    .map((worker) => {
      const { info, making, measuring, presence, draining } = worker;
      const freeBytes = info.memoryBytes - memory.ofOrder(worker);
      const schedulable = presence === 'connected' && !draining;
      const order = making !== undefined ? 'make' : measuring !== undefined ? 'measure' : undefined;
      return { worker, entries: [], schedulable, freeBytes, freeBytesAfterUnload: freeBytes, order };
    });
}

/** Creates the entry of an existing replica, and subtracts its memory from the worker's. */
function entryOf(replica: PlacementReplica, worker: WorkerState, memory: Memory): Entry {
  const { variant, version, hardwareClass } = replica.assignment;
  // A failed replica has released its memory.
  const known = replica.state === 'failed' ? 0 : memory.measured(replica.assignment);
  const memoryBytes = Math.max(replica.memoryBytes, known);
  const leaving = replica.state === 'draining';
  worker.freeBytes -= memoryBytes;
  worker.freeBytesAfterUnload -= leaving ? 0 : memoryBytes;
  return { variant, version, hardwareClass, worker, memoryBytes, existing: replica, leaving, kept: false };
}
