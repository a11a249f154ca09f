// All replicas of this worker: brought to what is ordered, and their memory and slots shared out.

import { type Clock, type ReplicaId, type ReplicaReport } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import { planReconcile, type Orders, type ReplicaOrder } from './assignments.js';
import { createReplica, type Replica, type ReplicaDeps } from './replica.js';

export interface ReplicaSetOptions extends Omit<ReplicaDeps, 'memoryLimitBytes' | 'slotWaitMs'> {
  readonly slots: number;
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ReplicaSet {
  readonly replicas: ReadonlyMap<ReplicaId, Replica>;
  /** Loads and drains in the background; the same orders again change nothing. */
  apply(orders: Orders): void;
  /** Of those that were unloaded too, until what they counted last is told. */
  reports(): readonly ReplicaReport[];
  /** The controller was told these reports. */
  told(reports: readonly ReplicaReport[]): void;
  readonly memoryUsedBytes: number;
  /** What one more executor may come to hold. */
  memoryFor(order: Pick<ReplicaOrder, 'profile'> | undefined): number;
  refreshMemory(): Promise<void>;
  drainAll(): Promise<void>;
}

const mib = 2 ** 20;
/** Over twice what was measured: inputs, outputs and the arena of the largest batch. */
const allowance = 256 * mib;
const leastLimit = 128 * mib;

/** More than are unloaded while one report is on its way. */
const mostDeparted = 1_000;

export function createReplicaSet(options: ReplicaSetOptions): ReplicaSet {
  const replicas = new Map<ReplicaId, Replica>();
  const departed = new Set<ReplicaReport>();
  let wanted: Orders = { replicas: [], measures: [], keepUnlisted: true, kept: [] };
  let isLeaving = false;
  const others = (id: ReplicaId | undefined): Replica[] =>
    [...replicas.values()].filter(({ order }) => order.replica !== id);

  function memoryFor(order: Pick<ReplicaOrder, 'profile'> | undefined, id?: ReplicaId): number {
    const free = options.memoryBytes - others(id).reduce((total, { memoryBytes }) => total + memoryBytes, 0);
    const measured =
      order?.profile === undefined ? Number.POSITIVE_INFINITY : 2 * order.profile.memoryBytes + allowance;
    return Math.floor(Math.max(leastLimit, Math.min(measured, free)));
  }

  /** With fewer busy replicas than slots nobody waits; else each waits for a turn of the others, over the slots. */
  function slotWaitMs(id: ReplicaId): number {
    const turns = others(id).map(({ turnMs }) => turnMs);
    const busy = turns.filter((turn) => turn > 0);
    return busy.length < options.slots ? 0 : busy.reduce((total, turn) => total + turn, 0) / options.slots;
  }

  async function unload(id: ReplicaId): Promise<void> {
    const replica = replicas.get(id);
    if (replica === undefined || replica.state === 'draining') return;
    await replica.drain();
    replicas.delete(id);
    if (departed.size < mostDeparted) departed.add(replica.report());
    // It may have been ordered again while it drained.
    if (!isLeaving) reconcile();
    options.onChange();
  }

  function reconcile(): void {
    const plan = planReconcile(replicas, wanted);
    for (const order of plan.load) {
      const memoryLimitBytes = (latest: ReplicaOrder): number => memoryFor(latest, order.replica);
      replicas.set(order.replica, createReplica(order, { ...options, memoryLimitBytes, slotWaitMs }));
    }
    for (const order of plan.update) replicas.get(order.replica)?.update(order);
    for (const id of plan.drain) void unload(id);
  }

  return {
    replicas,
    apply(orders) {
      wanted = orders;
      if (!isLeaving) reconcile();
    },
    reports: () => [...Array.from(replicas.values(), (replica) => replica.report()), ...departed],
    told(reports) {
      for (const report of reports) departed.delete(report);
    },
    get memoryUsedBytes() {
      return others(undefined).reduce((total, { memoryBytes }) => total + memoryBytes, 0);
    },
    memoryFor: (order) => memoryFor(order),
    refreshMemory: async () => {
      await Promise.all([...replicas.values()].map((replica) => replica.refreshMemory()));
    },
    drainAll: async () => {
      isLeaving = true;
      await Promise.all([...replicas.keys()].map(unload));
    },
  };
}
