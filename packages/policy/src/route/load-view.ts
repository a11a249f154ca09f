// The load that decisions use. The router updates it on load events, as one number for each candidate.

export interface LoadView {
  /** Returns the minimum predicted wait of the candidate's usable replicas in ms, or Infinity if none is usable. */
  backlogMs(candidateIndex: number): number;
  /** Returns the items queued at the replica with that minimum wait. */
  queuedItems(candidateIndex: number): number;
  /** Returns the predicted wait of a replica in ms, or Infinity if it must not be called. */
  replicaBacklogMs(loadIndex: number): number;
}

/** The loads of an idle fleet. */
export const idleLoads: LoadView = { backlogMs: () => 0, queuedItems: () => 0, replicaBacklogMs: () => 0 };
