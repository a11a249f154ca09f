// The tracked replicas of the current routing table, by id and by load index.

import type { Candidate, ReplicaId } from '@pareto/core';
import type { PaceParams } from '@pareto/policy';
import { trackReplica, type TrackedReplica } from './tracked-replica.js';

export interface TrackedReplicas {
  /** Number of replicas that can be called. */
  readonly usable: number;
  get(id: ReplicaId): TrackedReplica | undefined;
  at(loadIndex: number): TrackedReplica | undefined;
  /** Replaces the replicas of `removed` by those of `added`. Keeps the state of the replicas in both. */
  replace(removed: readonly Candidate[], added: readonly Candidate[]): void;
}

export function createTrackedReplicas(params: PaceParams): TrackedReplicas {
  const byId = new Map<ReplicaId, TrackedReplica>();
  const byLoadIndex: (TrackedReplica | undefined)[] = [];

  /** Returns the state of the removed replicas. */
  function remove(candidates: readonly Candidate[]): ReadonlyMap<ReplicaId, TrackedReplica> {
    const known = new Map<ReplicaId, TrackedReplica>();
    for (const { id, loadIndex } of candidates.flatMap(({ replicas }) => replicas)) {
      const tracked = byId.get(id);
      if (tracked !== undefined) known.set(id, tracked);
      byId.delete(id);
      byLoadIndex[loadIndex] = undefined;
    }
    return known;
  }
  return {
    get usable() {
      return byLoadIndex.filter((tracked) => tracked?.isDown === false).length;
    },
    get: (id) => byId.get(id),
    at: (loadIndex) => byLoadIndex[loadIndex],
    replace(removed, added) {
      const known = remove(removed);
      for (const candidate of added) {
        for (const replica of candidate.replicas) {
          const tracked = trackReplica(candidate, replica, params, known.get(replica.id));
          byId.set(replica.id, tracked);
          byLoadIndex[replica.loadIndex] = tracked;
        }
      }
    },
  };
}
