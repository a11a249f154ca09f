// Tracks the load of every replica, from reports and from the router's own counts, and provides it to decisions.

import type { Candidate, ReplicaId, ReplicaLoad, RoutingTable } from '@pareto/core';
import { itemsAhead, type LoadView, type PaceParams } from '@pareto/policy';
import { createCandidateLoads } from './candidate-loads.js';
import {
  countEnded,
  countSent,
  applyReport,
  observePace,
  effectiveWaitMs,
  type TrackedReplica,
} from './tracked-replica.js';
import { createTrackedReplicas } from './tracked-replicas.js';

export interface LoadTracker extends LoadView {
  /** Switches to a new table. Keeps the state of the replicas that remain. */
  setTable(table: RoutingTable): void;
  /** Counts a query that was sent. Returns the number of items ahead of it. */
  sent(replica: ReplicaId, items: number): number;
  /** Counts a query that ended, with the load that the worker reported, if any. */
  ended(replica: ReplicaId, items: number, load: ReplicaLoad | undefined): void;
  /** Corrects the pace of a replica by a query that waited `waitedMs` because of the items ahead of it. */
  observe(replica: ReplicaId, aheadItems: number, waitedMs: number): void;
  /**
   * Applies the load that a worker reported for a replica, or undefined if the replica cannot be called. Returns
   * whether the replica can be called again after it could not.
   */
  report(replica: ReplicaId, load: ReplicaLoad | undefined): boolean;
  /** Treats the replica as busy until its next report, because its queue is full. */
  markFull(replica: ReplicaId): void;
  /** Excludes the replica until a report makes it callable. */
  markDown(replica: ReplicaId): void;
  /** Number of replicas that can be called. */
  readonly usable: number;
}

export function createLoadTracker(params: PaceParams): LoadTracker {
  const replicas = createTrackedReplicas(params);
  const candidateLoads = createCandidateLoads();
  /** Candidates by `index`. */
  let candidates: readonly (Candidate | undefined)[] = [];

  /** Sets the load of the candidate to that of its replica with the shortest wait. */
  function refresh(candidate: Candidate): void {
    let backlogMs = Infinity;
    let queuedItems = 0;
    for (const { id } of candidate.replicas) {
      const tracked = replicas.get(id);
      if (tracked === undefined) continue;
      const wait = effectiveWaitMs(tracked);
      if (wait >= backlogMs) continue;
      backlogMs = wait;
      queuedItems = itemsAhead(tracked);
    }
    candidateLoads.set(candidate.index, backlogMs, queuedItems);
  }
  function change(replica: ReplicaId, apply: (tracked: TrackedReplica) => void): void {
    const tracked = replicas.get(replica);
    if (tracked === undefined) return;
    apply(tracked);
    refresh(tracked.candidate);
  }

  return {
    backlogMs: (index) => candidateLoads.backlogMs(index),
    queuedItems: (index) => candidateLoads.queuedItems(index),
    replicaBacklogMs: (loadIndex) => {
      const tracked = replicas.at(loadIndex);
      return tracked === undefined ? Infinity : effectiveWaitMs(tracked);
    },
    get usable() {
      return replicas.usable;
    },
    setTable(table) {
      const before = candidates;
      candidates = byIndex(table.candidates);
      const removed = before.flatMap((each) => (each !== undefined && each !== candidates[each.index] ? [each] : []));
      const added = table.candidates.filter((candidate) => candidate !== before[candidate.index]);
      replicas.replace(removed, added);
      for (const { index } of removed) candidateLoads.set(index, Infinity, 0);
      candidateLoads.reserve(candidates.length);
      for (const candidate of added) refresh(candidate);
    },
    sent(replica, items) {
      const tracked = replicas.get(replica);
      const ahead = tracked === undefined ? 0 : itemsAhead(tracked);
      change(replica, (each) => countSent(each, items));
      return ahead;
    },
    ended: (replica, items, load) => change(replica, (tracked) => countEnded(tracked, items, load)),
    observe: (replica, aheadItems, waitedMs) =>
      change(replica, (tracked) => observePace(tracked, aheadItems, waitedMs)),
    report(replica, load) {
      const wasDown = replicas.get(replica)?.isDown === true;
      change(replica, (tracked) => applyReport(tracked, load));
      return wasDown && load !== undefined;
    },
    markFull: (replica) => change(replica, (tracked) => (tracked.isFull = true)),
    markDown: (replica) => change(replica, (tracked) => (tracked.isDown = true)),
  };
}

function byIndex(candidates: readonly Candidate[]): readonly (Candidate | undefined)[] {
  const length = candidates.reduce((max, { index }) => Math.max(max, index + 1), 0);
  const all = Array.from<Candidate | undefined>({ length });
  for (const candidate of candidates) all[candidate.index] = candidate;
  return all;
}
