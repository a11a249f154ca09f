// The expected times of a replica's batches, as its queue reads them.

import type { Shapes } from '@pareto/core';
import type { QueueTimes } from './query-queue.js';
import type { QueuedQuery } from './queued-query.js';
import { expectedMs, type ReplicaWork } from './replica-work.js';

type Work = Pick<ReplicaWork<unknown, QueuedQuery>, 'settings' | 'estimate' | 'wait'>;

/** There is one object for all replicas, whose fields are set before each use. Objects for each query would take a part of its time. */
export class ReplicaTimes implements QueueTimes {
  work: Work;
  now = 0;
  ceiling = 1;
  startsAt = 0;
  everyMs = 0;
  /** Expected time of a batch of maximum size. */
  batchMs = 0;
  /** Factor by which expected times are shortened. */
  divisor = 1;
  isIdle = false;
  /** Factor by which the times that are expected of an idle replica may be too long. */
  doubt = 1;

  constructor(work: Work) {
    this.work = work;
  }

  expectedMs(items: number, shapes: Shapes | undefined): number {
    return expectedMs(this.work, items, shapes, this.now) / this.divisor;
  }

  /** A query that finds the replica idle takes as long as it takes: to refuse it would leave the replica idle. */
  promisedMs(ms: number): number {
    return this.isIdle ? ms / this.doubt : this.work.wait.promisedMs(ms, this.batchMs, this.now);
  }

  onOffered(ms: number, limitMs: number): void {
    this.work.wait.offered(limitMs, ms, this.batchMs, this.now);
  }
}
