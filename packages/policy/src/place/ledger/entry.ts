// The replicas and workers in a ledger. They change while a plan is made.

import type { HardwareClassId, ReplicaId, VariantId } from '@pareto/core';
import type { PlacementReplica, PlacementWorker } from '../../snapshot/snapshot.js';
import type { Footprint } from '../context/footprint.js';
import type { MemoryPool } from './memory-pools.js';

/** A replica in the ledger: an existing one, or (without `existing`) one that this plan or a later one loads. */
export interface Entry extends Footprint {
  /** Id. Undefined if a later plan loads the replica. */
  readonly replica: ReplicaId | undefined;
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  readonly host: Host;
  /** Slots of the class on the worker. Undefined if the worker has none. */
  readonly group: SlotGroup | undefined;
  /** Memories that hold the replica. */
  readonly pools: readonly MemoryPool[];
  readonly existing: PlacementReplica | undefined;
  /** Set if the replica is draining, or if this plan unloads it. */
  leaving: boolean;
  /** The most important need that the replica meets. Undefined if there is none. */
  claim: Claim | undefined;
  /** Share of a slot's time that it takes. */
  load: number;
}

export interface Claim {
  /** Position among all claims. A lower one is more important. */
  readonly rank: number;
  readonly source: string;
  /** Set if the replica gives way to any need or step that is more important, also while it answers. */
  readonly givesWay: boolean;
  /** Set if the need evicts others, so that it would load the replica again. */
  readonly evicts: boolean;
  readonly reason: string;
}

/** A worker. */
export interface Host {
  readonly worker: PlacementWorker;
  /** Index among the workers, sorted by id. */
  readonly index: number;
  /** Replicas on the worker. */
  readonly entries: Entry[];
  readonly groups: ReadonlyMap<HardwareClassId, SlotGroup>;
  /** Set if the worker may get new replicas. */
  readonly schedulable: boolean;
  /** Set if the worker may get orders. */
  readonly takesOrders: boolean;
  /** Memory of the worker, alone in a list. Replicas on a device with memory of its own are in the `pools` of their slots. */
  readonly pools: readonly [MemoryPool];
  /** Replicas that are loading, or that this plan loads. */
  loads: number;
  /** Number of replicas that it may load at a time, but for urgent ones. */
  readonly maxLoads: number;
  /** Order that is sent or planned. Undefined if there is none. */
  order: 'make' | 'measure' | undefined;
}

/** The slots of one hardware class on a worker. */
export interface SlotGroup {
  readonly host: Host;
  readonly slots: number;
  /** Memory of the device or, if it has none of its own, of the worker. */
  readonly pool: MemoryPool;
  /** Memory of the worker, and that of the device if it has its own. */
  readonly pools: readonly MemoryPool[];
  /** Number of slots whose time is left, at the target utilisation. */
  freeSlots: number;
  /** Number of replicas with demand on these slots that stay. */
  demanded: number;
}
