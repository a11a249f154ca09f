// Tracks the load of every replica, from reports and from the router's own counts, and provides it to decisions.

import type { Candidate, ReplicaId, RoutingTable } from '@pareto/core';
import { itemsAhead, type LoadView, type PaceParams } from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';
import { createCandidateLoads } from './candidate-loads.js';
import {
  countEnded,
  countSent,
  applyReport,
  trackReplica,
  observePace,
  effectiveWaitMs,
  type TrackedReplica,
} from './tracked-replica.js';

export interface LoadTracker extends LoadView {
  /** Switches to a new table. Keeps the state of the replicas that remain. */
  setTable(table: RoutingTable): void;
  /** Counts a query that was sent. Returns the number of items ahead of it. */
  sent(replica: ReplicaId, items: number): number;
  /** Counts a query that ended, with the load that the worker reported, if any. */
  ended(replica: ReplicaId, items: number, load: ReplicaLoadReport | undefined): void;
  /** Corrects the pace of a replica by a query that waited `waitedMs` longer than without the items ahead of it. */
  observe(replica: ReplicaId, aheadItems: number, waitedMs: number): void;
  /**
   * Applies the load that a worker reported for a replica, or undefined if the replica cannot be called. Returns
   * whether the replica can be called again after it could not.
   */
  report(replica: ReplicaId, load: ReplicaLoadReport | undefined): boolean;
  /** Treats the replica as busy until its next report, because its queue is full. */
  markFull(replica: ReplicaId): void;
  /** Excludes the replica until a report makes it callable. */
  markDown(replica: ReplicaId): void;
  /** Number of replicas that can be called. */
  readonly usable: number;
}

export function createLoadTracker(params: PaceParams): LoadTracker {
  const states = new Map<ReplicaId, TrackedReplica>();
  const byLoadIndex: (TrackedReplica | undefined)[] = [];
  /** Candidates by `index`. */
  let candidates: readonly (Candidate | undefined)[] = [];
  const candidateLoads = createCandidateLoads();

  /** Sets the load of the candidate to that of its replica with the shortest wait. */
  function refresh(candidate: Candidate): void {
    let backlogMs = Infinity;
    let queuedItems = 0;
    for (const replica of candidate.replicas) {
      const state = states.get(replica.id);
      if (state === undefined) continue;
      const wait = effectiveWaitMs(state);
      if (wait >= backlogMs) continue;
      backlogMs = wait;
      queuedItems = itemsAhead(state);
    }
    candidateLoads.set(candidate.index, backlogMs, queuedItems);
  }
  function change(replica: ReplicaId, apply: (state: TrackedReplica) => void): void {
    const state = states.get(replica);
    if (state === undefined) return;
    apply(state);
    refresh(state.candidate);
  }

  /** Removes candidates and their replicas. Returns the state of the replicas. */
  function remove(removed: readonly (Candidate | undefined)[]): ReadonlyMap<ReplicaId, TrackedReplica> {
    const known = new Map<ReplicaId, TrackedReplica>();
    for (const candidate of removed) {
      if (candidate === undefined) continue;
      candidateLoads.set(candidate.index, Infinity, 0);
      for (const { id, loadIndex } of candidate.replicas) {
        const state = states.get(id);
        if (state !== undefined) known.set(id, state);
        states.delete(id);
        byLoadIndex[loadIndex] = undefined;
      }
    }
    return known;
  }
  function add(candidate: Candidate, known: ReadonlyMap<ReplicaId, TrackedReplica>): void {
    for (const replica of candidate.replicas) {
      const state = trackReplica(candidate, replica, params, known.get(replica.id));
      states.set(replica.id, state);
      byLoadIndex[replica.loadIndex] = state;
    }
    refresh(candidate);
  }

  return {
    backlogMs: (index) => candidateLoads.backlogMs(index),
    queuedItems: (index) => candidateLoads.queuedItems(index),
    replicaBacklogMs: (loadIndex) => {
      const state = byLoadIndex[loadIndex];
      return state === undefined ? Infinity : effectiveWaitMs(state);
    },
    get usable() {
      return byLoadIndex.filter((state) => state?.isDown === false).length;
    },
    setTable(table) {
      const before = candidates;
      candidates = byIndex(table.candidates);
      const known = remove(before.filter((each) => each !== undefined && each !== candidates[each.index]));
      candidateLoads.reserve(candidates.length);
      for (const candidate of table.candidates) if (candidate !== before[candidate.index]) add(candidate, known);
    },
    sent(replica, items) {
      const state = states.get(replica);
      const ahead = state === undefined ? 0 : itemsAhead(state);
      change(replica, (tracked) => countSent(tracked, items));
      return ahead;
    },
    ended: (replica, items, load) => change(replica, (state) => countEnded(state, items, load)),
    observe: (replica, aheadItems, waitedMs) => change(replica, (state) => observePace(state, aheadItems, waitedMs)),
    report(replica, load) {
      const wasDown = states.get(replica)?.isDown === true;
      change(replica, (state) => applyReport(state, load));
      return wasDown && load !== undefined;
    },
    markFull: (replica) => change(replica, (state) => (state.isFull = true)),
    markDown: (replica) => change(replica, (state) => (state.isDown = true)),
  };
}

function byIndex(candidates: readonly Candidate[]): readonly (Candidate | undefined)[] {
  const length = candidates.reduce((max, { index }) => Math.max(max, index + 1), 0);
  const all = Array.from<Candidate | undefined>({ length });
  for (const candidate of candidates) all[candidate.index] = candidate;
  return all;
}
