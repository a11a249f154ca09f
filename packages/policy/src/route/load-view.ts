// What a decision knows of the load. The router keeps it up to date on load events, one number for each candidate.

export interface LoadView {
  /** The smallest predicted wait of the candidate's usable replicas, in ms; infinite when none is usable. */
  backlogMs(candidateIndex: number): number;
  /** Items queued at that replica. */
  queuedItems(candidateIndex: number): number;
  /** The predicted wait of one replica, in ms; infinite when it must not be called. */
  replicaBacklogMs(loadIndex: number): number;
}

/** A fleet with nothing to do. */
export const idleLoads: LoadView = { backlogMs: () => 0, queuedItems: () => 0, replicaBacklogMs: () => 0 };
