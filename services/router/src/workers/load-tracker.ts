// What the router knows of every replica's load, and the view of it that decisions read.

import type { Candidate, ReplicaId, ReplicaRoute, RoutingTable } from '@pareto/core';
import {
  doubtLateness,
  itemsAhead,
  observeWait,
  p50At,
  startPace,
  waitOf,
  type LoadView,
  type Pace,
  type PaceParams,
} from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';

/** A wait that no objective allows, of a replica that turned a query down: busy, but not gone. */
const fullMs = 1e9;

export interface LoadTracker extends LoadView {
  /** Takes a new table; what is known of replicas that stay is kept. */
  adopt(table: RoutingTable): void;
  /** Answers how many items were ahead of it. */
  sent(replica: ReplicaId, items: number): number;
  /** A query ended; with the load that its worker told, if it did. */
  ended(replica: ReplicaId, items: number, load: ReplicaLoadReport | undefined): void;
  /** An answer with so much ahead of it took `waitedMs` longer than it would have alone: what happens corrects the profile. */
  observe(replica: ReplicaId, aheadItems: number, waitedMs: number): void;
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
  backlogMs: number;
  queuedItems: number;
  sentItems: number;
  pendingItems: number;
  pace: Pace;
  /** Some answer came since the last ping. */
  isHeard: boolean;
  isDown: boolean;
  isFull: boolean;
}

export function createLoadTracker(params: PaceParams): LoadTracker {
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
      if (state === undefined) continue;
      const wait = usableWaitOf(state);
      if (wait >= backlogMs) continue;
      backlogMs = wait;
      queuedItems = itemsAhead(state);
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
      return state === undefined ? Infinity : usableWaitOf(state);
    },
    get usable() {
      return bySlot.filter((state) => state?.isDown === false).length;
    },
    adopt(table) {
      const next = new Map<ReplicaId, State>();
      for (const candidate of table.candidates) {
        for (const replica of candidate.replicas) {
          next.set(replica.id, createState(candidate, replica, params, states.get(replica.id)));
        }
      }
      states = next;
      bySlot = table.replicas.map(({ id }) => next.get(id));
      backlogs = new Float64Array(table.candidates.length);
      queues = new Float64Array(table.candidates.length);
      for (const candidate of table.candidates) refresh(candidate);
    },
    sent(replica, items) {
      const state = states.get(replica);
      const ahead = state === undefined ? 0 : itemsAhead(state);
      change(replica, (it) => {
        it.sentItems += items;
        it.pendingItems += items;
      });
      return ahead;
    },
    ended(replica, items, load) {
      change(replica, (state) => {
        state.pendingItems = Math.max(0, state.pendingItems - items);
        if (load === undefined) state.sentItems = Math.max(0, state.sentItems - items);
        else if (!state.isDown) tell(state, load);
      });
    },
    observe(replica, aheadItems, waitedMs) {
      change(replica, (state) => {
        state.pace = observeWait(state.pace, aheadItems, waitedMs);
        state.isHeard = true;
      });
    },
    report(replica, load) {
      change(replica, (state) => {
        tell(state, load);
        if (!state.isHeard) state.pace = doubtLateness(state.pace);
        state.isHeard = false;
      });
    },
    full: (replica) => change(replica, (state) => (state.isFull = true)),
    down: (replica) => change(replica, (state) => (state.isDown = true)),
  };
}

function createState(
  candidate: Candidate,
  replica: ReplicaRoute,
  params: PaceParams,
  before: State | undefined,
): State {
  const { profile } = candidate;
  const profiledMs = profile === undefined ? 0 : p50At(profile, replica.batchCeiling) / replica.batchCeiling;
  const pace = before?.pace.profiledMs === profiledMs ? before.pace : startPace(profiledMs, params);
  const idle = { backlogMs: 0, queuedItems: 0, sentItems: 0, pendingItems: 0 };
  return { ...idle, isHeard: false, isDown: false, isFull: false, ...before, candidate, pace };
}

function usableWaitOf(state: State): number {
  if (state.isDown) return Infinity;
  return state.isFull ? fullMs : waitOf(state, state.pace);
}
