// What the router knows of every replica's load, and the view of it that decisions read.

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
  /** Takes a new table; what is known of replicas that stay is kept. */
  setTable(table: RoutingTable): void;
  /** Answers how many items were ahead of it. */
  sent(replica: ReplicaId, items: number): number;
  /** A query ended; with the load that its worker told, if it did. */
  ended(replica: ReplicaId, items: number, load: ReplicaLoadReport | undefined): void;
  /** An answer with so much ahead of it took `waitedMs` longer than it would have alone: what happens corrects the profile. */
  observe(replica: ReplicaId, aheadItems: number, waitedMs: number): void;
  /**
   * A worker told the load of a replica, or (undefined) that it cannot be called. True when it may be called, and could not
   * before.
   */
  report(replica: ReplicaId, load: ReplicaLoadReport | undefined): boolean;
  /** It has no room: busy until its load is told anew. */
  markFull(replica: ReplicaId): void;
  /** It cannot be called until it is told to be. */
  markDown(replica: ReplicaId): void;
  /** How many can be called. */
  readonly usable: number;
}

export function createLoadTracker(params: PaceParams): LoadTracker {
  const states = new Map<ReplicaId, TrackedReplica>();
  const byLoadIndex: (TrackedReplica | undefined)[] = [];
  /** By index. */
  let candidates: readonly (Candidate | undefined)[] = [];
  const candidateLoads = createCandidateLoads();

  /** The candidate's numbers are those of its replica with the shortest wait. */
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

  /** What was known of their replicas. */
  function leave(gone: readonly (Candidate | undefined)[]): ReadonlyMap<ReplicaId, TrackedReplica> {
    const known = new Map<ReplicaId, TrackedReplica>();
    for (const candidate of gone) {
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
  function enter(candidate: Candidate, known: ReadonlyMap<ReplicaId, TrackedReplica>): void {
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
      const known = leave(before.filter((each) => each !== undefined && each !== candidates[each.index]));
      candidateLoads.reserve(candidates.length);
      for (const candidate of table.candidates) if (candidate !== before[candidate.index]) enter(candidate, known);
    },
    sent(replica, items) {
      const state = states.get(replica);
      const ahead = state === undefined ? 0 : itemsAhead(state);
      change(replica, (it) => countSent(it, items));
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
