// A cluster that serves queries in virtual time, whatever its policies.

import type { WorkerId, WorkerInfo } from '@pareto/core';
import type { ClientQuery } from './query.js';

export interface StartedCluster {
  /** Time from the arrival of a query until `arrived` is called for it. */
  readonly arrivalMs: number;
  /** Sends a query to its router. */
  arrived(query: ClientQuery, now: number): void;
  /** Lets a worker join: a new one, or one that has ended. */
  join(info: WorkerInfo, now: number): void;
  /** Ends the process of a worker. */
  fail(worker: WorkerId, now: number): void;
  /** Lets the process of a worker hang: it sends nothing, and its connections stay open. */
  hang(worker: WorkerId, now: number): void;
  /** Lets a worker end once it holds no replicas. */
  leave(worker: WorkerId, now: number): void;
  /** Lets the executors of a worker's ready replicas die: of all, or of those of a variant. */
  killExecutors(worker: WorkerId, variant: string | undefined, now: number): void;
}
