// The books of one planning: what each worker holds and has left, and the actions decided so far.

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

/** A replica on the books: one that exists, or (without `existing`) one that this plan loads. */
export interface Entry {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  readonly worker: WorkerState;
  readonly memoryBytes: number;
  readonly existing: PlacementReplica | undefined;
  /** It is leaving: draining already, or unloaded by this plan. */
  leaving: boolean;
  /** A need counts on it. */
  kept: boolean;
}

export interface WorkerState {
  readonly worker: PlacementWorker;
  /** Replicas on it. */
  readonly entries: readonly Entry[];
  /** It may be given replicas. */
  readonly schedulable: boolean;
  /** Bytes free now; negative when promised to a load that waits. */
  freeBytes: number;
  /** Bytes free once what leaves has left. */
  freeBytesAfterUnload: number;
  /** The order to make or measure that is out or planned. */
  order: 'make' | 'measure' | undefined;
}

/** An order to make or measure, without the worker. */
export type Order = OmitWorker<Extract<PlanAction, { readonly kind: 'make' | 'measure' }>>;

type OmitWorker<T> = T extends unknown ? Omit<T, 'worker'> : never;

export interface Ledger {
  readonly workers: readonly WorkerState[];
  readonly entries: readonly Entry[];
  /** Replicas of a variant, of any version. */
  entriesOf(variant: VariantId): readonly Entry[];
  load(option: Option, worker: WorkerState, reason: string): Entry;
  unload(entry: Entry, reason: string): void;
  /** With the memory that it may take at most. */
  order(order: Order, worker: WorkerState, memoryBytes: number): void;
  /** Sets memory aside on a worker for a load that must wait until others have left. */
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
  // A replica of a worker that nobody knows is left out.
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

/** A replica that exists, and the memory that it takes. */
function entryOf(replica: PlacementReplica, worker: WorkerState, memory: Memory): Entry {
  const { variant, version, hardwareClass } = replica.assignment;
  // A replica that failed has given its memory back.
  const known = replica.state === 'failed' ? 0 : memory.measured(replica.assignment);
  const memoryBytes = Math.max(replica.memoryBytes, known);
  const leaving = replica.state === 'draining';
  worker.freeBytes -= memoryBytes;
  worker.freeBytesAfterUnload -= leaving ? 0 : memoryBytes;
  return { variant, version, hardwareClass, worker, memoryBytes, existing: replica, leaving, kept: false };
}
