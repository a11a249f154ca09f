// All replicas of this worker: brought to what is ordered, and their memory and slots shared out.

import { type Clock, type ReplicaId, type ReplicaReport } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import { planReconcile, type DesiredState, type AssignedReplica } from '../orders/desired-state.js';
import type { ClassSlots, DeviceSlots } from '../devices/device-slots.js';
import type { StepMemory } from '../devices/step-memory.js';
import { createReplica, type Replica, type ReplicaDeps } from './replica.js';

export interface ReplicaSetOptions extends Omit<ReplicaDeps, 'memoryLimitBytes' | 'slotWaitMs' | 'tokens'> {
  readonly slots: DeviceSlots;
  /** For all together, guests included. */
  readonly memoryBytes: number;
  readonly stepMemory: StepMemory;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ReplicaSet {
  readonly replicas: ReadonlyMap<ReplicaId, Replica>;
  /** Loads and drains in the background; the same orders again change nothing. */
  apply(desired: DesiredState): void;
  /** Of those that were unloaded too, until what they counted last is told. */
  reports(): readonly ReplicaReport[];
  /** The controller was told these reports. */
  markReported(reports: readonly ReplicaReport[]): void;
  readonly memoryUsedBytes: number;
  /** What one more executor may come to hold. */
  memoryFor(assignment: Pick<AssignedReplica, 'profile'> | undefined): number;
  refreshMemory(): Promise<void>;
  drainAll(): Promise<void>;
}

const mib = 2 ** 20;
/** Over twice what was measured: inputs, outputs and the arena of the largest batch. */
const allowance = 256 * mib;
const minLimit = 128 * mib;

/** More than are unloaded while one report is on its way. */
const maxDeparted = 1_000;

export function createReplicaSet(options: ReplicaSetOptions): ReplicaSet {
  const replicas = new Map<ReplicaId, Replica>();
  const slotsByReplica = new Map<ReplicaId, ClassSlots>();
  const departed = new Set<ReplicaReport>();
  let desired: DesiredState = { replicas: [], makes: [], measures: [], keepUnlisted: true, kept: [] };
  let isLeaving = false;
  const others = (id: ReplicaId | undefined): Replica[] =>
    [...replicas.values()].filter(({ assignment }) => assignment.replica !== id);

  const heldBytes = (but?: ReplicaId): number =>
    others(but).reduce((total, { memoryBytes }) => total + memoryBytes, options.stepMemory.bytes);

  function memoryFor(assignment: Pick<AssignedReplica, 'profile'> | undefined, id?: ReplicaId): number {
    const free = options.memoryBytes - heldBytes(id);
    const measured =
      assignment?.profile === undefined || assignment.profile.points.length === 0
        ? Number.POSITIVE_INFINITY
        : 2 * assignment.profile.memoryBytes + allowance;
    return Math.floor(Math.max(minLimit, Math.min(measured, free)));
  }

  /** With fewer busy replicas than slots of a class nobody waits; else each waits for a turn of the others, over the slots. */
  function slotWaitMs(id: ReplicaId, of: ClassSlots): number {
    const sharing = others(id).filter(({ assignment }) => slotsByReplica.get(assignment.replica) === of);
    const busy = sharing.map(({ nextBatchMs }) => nextBatchMs).filter((batchMs) => batchMs > 0);
    const { slots } = of.group;
    return busy.length < slots ? 0 : busy.reduce((total, batchMs) => total + batchMs, 0) / slots;
  }

  async function unload(id: ReplicaId): Promise<void> {
    const replica = replicas.get(id);
    if (replica === undefined || replica.state === 'draining') return;
    await replica.drain();
    replicas.delete(id);
    slotsByReplica.delete(id);
    if (departed.size < maxDeparted) departed.add(replica.report());
    // It may have been ordered again while it drained.
    if (!isLeaving) reconcile();
    options.onChange();
  }

  function reconcile(): void {
    const plan = planReconcile(replicas, desired);
    for (const assignment of plan.load) {
      const slots = options.slots.of(assignment);
      slotsByReplica.set(assignment.replica, slots);
      const own = {
        tokens: slots.tokens,
        memoryLimitBytes: (latest: AssignedReplica) => memoryFor(latest, assignment.replica),
        slotWaitMs: () => slotWaitMs(assignment.replica, slots),
      };
      replicas.set(assignment.replica, createReplica(assignment, { ...options, ...own }));
    }
    for (const assignment of plan.update) replicas.get(assignment.replica)?.update(assignment);
    for (const id of plan.drain) void unload(id);
  }

  return {
    replicas,
    apply(next) {
      desired = next;
      if (!isLeaving) reconcile();
    },
    reports: () => [...Array.from(replicas.values(), (replica) => replica.report()), ...departed],
    markReported(reports) {
      for (const report of reports) departed.delete(report);
    },
    get memoryUsedBytes() {
      return heldBytes();
    },
    memoryFor: (assignment) => memoryFor(assignment),
    refreshMemory: async () => {
      await Promise.all([
        options.stepMemory.refresh(),
        ...[...replicas.values()].map((replica) => replica.refreshMemory()),
      ]);
    },
    drainAll: async () => {
      isLeaving = true;
      await Promise.all([...replicas.keys()].map(unload));
    },
  };
}
