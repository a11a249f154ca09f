// What the router knows of every replica's load, and the view of it that decisions read.

import type { Candidate, ReplicaId, ReplicaRoute, RoutingTable } from '@pareto/core';
import { p50At, type LoadView } from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';

/** How much one answer moves `lateMs`; what every ping leaves of it. */
const lateWeight = 0.1;
const lateKept = 0.5;

/** A wait that no objective allows, of a replica that turned a query down: busy, but not gone. */
const fullMs = 1e9;

export interface LoadTracker extends LoadView {
  /** Takes a new table; what is known of replicas that stay is kept. */
  adopt(table: RoutingTable): void;
  sent(replica: ReplicaId, items: number): void;
  /** A query ended; with the load that its worker told, if it did. */
  ended(replica: ReplicaId, items: number, load: ReplicaLoadReport | undefined): void;
  /** An answer took so much longer than was predicted (or less): live latency corrects the profile. */
  late(replica: ReplicaId, byMs: number): void;
  /** A worker told the load of a replica, or (undefined) that it cannot be called. */
  report(replica: ReplicaId, load: ReplicaLoadReport | undefined): void;
  /** It has no room: busy until its load is told anew. */
  full(replica: ReplicaId): void;
  /** It cannot be called until it is told to be. */
  down(replica: ReplicaId): void;
  readonly usable: number;
}

interface State {
  readonly candidate: Candidate;
  readonly msPerItem: number;
  backlogMs: number;
  queuedItems: number;
  /** By this router, since the load was told. */
  sentItems: number;
  /** By how much answers were late of late. */
  lateMs: number;
  isDown: boolean;
  isFull: boolean;
}

export function createLoadTracker(): LoadTracker {
  let states = new Map<ReplicaId, State>();
  let bySlot: readonly (State | undefined)[] = [];
  let backlogs = new Float64Array(0);
  let queues = new Float64Array(0);

  /** The candidate's numbers are those of its replica with the shortest wait. */
  function refresh(candidate: Candidate): void {
    let backlogMs = Infinity;
    let queuedItems = 0;
    for (const replica of candidate.replicas) {
      const state = states.get(replica.id);
      if (state === undefined || waitOf(state) >= backlogMs) continue;
      backlogMs = waitOf(state);
      queuedItems = state.queuedItems + state.sentItems;
    }
    backlogs[candidate.index] = backlogMs;
    queues[candidate.index] = queuedItems;
  }
  function change(replica: ReplicaId, apply: (state: State) => void): void {
    const state = states.get(replica);
    if (state === undefined) return;
    apply(state);
    refresh(state.candidate);
  }
  function tell(state: State, load: ReplicaLoadReport | undefined): void {
    state.isDown = load === undefined;
    state.isFull = false;
    state.sentItems = 0;
    state.backlogMs = load?.backlogMs ?? 0;
    state.queuedItems = load?.queuedItems ?? 0;
  }

  return {
    backlogMs: (index) => backlogs[index] ?? Infinity,
    queuedItems: (index) => queues[index] ?? 0,
    replicaBacklogMs: (slot) => {
      const state = bySlot[slot];
      return state === undefined ? Infinity : waitOf(state);
    },
    get usable() {
      return bySlot.filter((state) => state?.isDown === false).length;
    },
    adopt(table) {
      const next = new Map<ReplicaId, State>();
      for (const candidate of table.candidates) {
        for (const replica of candidate.replicas) {
          next.set(replica.id, createState(candidate, replica, states.get(replica.id)));
        }
      }
      states = next;
      bySlot = table.replicas.map(({ id }) => next.get(id));
      backlogs = new Float64Array(table.candidates.length);
      queues = new Float64Array(table.candidates.length);
      for (const candidate of table.candidates) refresh(candidate);
    },
    sent: (replica, items) => change(replica, (state) => (state.sentItems += items)),
    ended(replica, items, load) {
      change(replica, (state) => {
        if (load === undefined) state.sentItems = Math.max(0, state.sentItems - items);
        else if (!state.isDown) tell(state, load);
      });
    },
    late(replica, byMs) {
      change(replica, (state) => (state.lateMs += lateWeight * (Math.max(0, byMs + state.lateMs) - state.lateMs)));
    },
    report(replica, load) {
      change(replica, (state) => {
        tell(state, load);
        state.lateMs *= lateKept;
      });
    },
    full: (replica) => change(replica, (state) => (state.isFull = true)),
    down: (replica) => change(replica, (state) => (state.isDown = true)),
  };
}

function createState(candidate: Candidate, replica: ReplicaRoute, before: State | undefined): State {
  const { profile } = candidate;
  const msPerItem = profile === undefined ? 0 : p50At(profile, replica.batchCeiling) / replica.batchCeiling;
  const fresh = { backlogMs: 0, queuedItems: 0, sentItems: 0, lateMs: 0, isDown: false, isFull: false };
  return { ...(before ?? fresh), candidate, msPerItem };
}

function waitOf(state: State): number {
  if (state.isDown) return Infinity;
  return state.isFull ? fullMs : state.backlogMs + state.sentItems * state.msPerItem + state.lateMs;
}
