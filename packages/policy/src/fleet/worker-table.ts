// The workers by id, with what is derived from all of them. Each change of one worker updates it, so that no change
// costs more in a larger fleet.

import type { VariantId, WorkerId } from '@pareto/core';
import type { LiveReplicas } from './live-replica.js';
import { isMemberChange, isPlannedChange, type LiveWorker } from './live-worker.js';

export interface WorkerTable {
  /** Number that increases with each change that planning or the routing table can see. */
  readonly revision: number;
  /** Number that increases when a worker joins, leaves, is forgotten or is another process, or when its presence in the store changes. */
  readonly membersRevision: number;
  /** Returns the revision of the worker's last change that planning or the routing table sees. 0 if it is unknown. */
  changedAt(id: WorkerId): number;
  ids(): Iterable<WorkerId>;
  get(id: WorkerId): LiveWorker | undefined;
  set(id: WorkerId, worker: LiveWorker): void;
  delete(id: WorkerId): void;
  /** Returns the workers without a session. */
  absent(): Iterable<readonly [WorkerId, LiveWorker]>;
  /** Returns the number of queries, on all workers, that each killed two executors of the variant. */
  poisonousQueries(variant: VariantId, version: number): number;
  /** Increases both revisions. */
  markChanged(): void;
}

export function createWorkerTable(): WorkerTable {
  const workers = new Map<WorkerId, LiveWorker>();
  const absent = new Map<WorkerId, LiveWorker>();
  const changedAt = new Map<WorkerId, number>();
  const poisons = createPoisonCounts();
  let revision = 0;
  let membersRevision = 0;
  const markChanged = (id: WorkerId): void => {
    revision += 1;
    changedAt.set(id, revision);
  };
  return {
    get revision() {
      return revision;
    },
    get membersRevision() {
      return membersRevision;
    },
    changedAt: (id) => changedAt.get(id) ?? 0,
    ids: () => workers.keys(),
    get: (id) => workers.get(id),
    set(id, worker) {
      const before = workers.get(id);
      if (before === undefined || isPlannedChange(before, worker)) markChanged(id);
      if (before === undefined || isMemberChange(before, worker)) membersRevision += 1;
      poisons.replace(before?.replicas, worker.replicas);
      workers.set(id, worker);
      if (worker.session === undefined) absent.set(id, worker);
      else absent.delete(id);
    },
    delete(id) {
      poisons.replace(workers.get(id)?.replicas, undefined);
      absent.delete(id);
      changedAt.delete(id);
      if (!workers.delete(id)) return;
      revision += 1;
      membersRevision += 1;
    },
    absent: () => absent,
    poisonousQueries: (variant, version) => poisons.of(variant, version),
    markChanged() {
      revision += 1;
      membersRevision += 1;
    },
  };
}

interface PoisonCounts {
  /** Replaces the counts of one worker. */
  replace(before: LiveReplicas | undefined, after: LiveReplicas | undefined): void;
  of(variant: VariantId, version: number): number;
}

/** Counts poisonous queries by version of a variant. Only those that have any take memory. */
function createPoisonCounts(): PoisonCounts {
  const counts = new Map<string, number>();
  const keyOf = (variant: VariantId, version: number): string => `${variant} ${version}`;
  const add = (replicas: LiveReplicas | undefined, sign: 1 | -1): void => {
    for (const { report } of replicas?.values() ?? []) {
      if (report.poisonousQueries === 0) continue;
      const key = keyOf(report.variant, report.version);
      const count = (counts.get(key) ?? 0) + sign * report.poisonousQueries;
      if (count === 0) counts.delete(key);
      else counts.set(key, count);
    }
  };
  return {
    replace(before, after) {
      if (before === after) return;
      add(before, -1);
      add(after, 1);
    },
    of: (variant, version) => counts.get(keyOf(variant, version)) ?? 0,
  };
}
