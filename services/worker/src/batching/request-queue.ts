// Queue of one replica: bounded in items and bytes, ordered by priority and then by arrival.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { nextBatch, queuePosition } from '@pareto/policy';
import type { TensorOutput } from '@pareto/runtime';
import type { CheckedQuery } from '../requests/check-request.js';

/** Outputs of a query, with the size and times of the batch that it ran in. */
export interface QueryResult {
  readonly outputs: readonly TensorOutput[];
  readonly batchItems: number;
  readonly executorPid: number;
  readonly startedAt: Milliseconds;
  readonly endedAt: Milliseconds;
  /** Time that the executor computed the whole batch. */
  readonly computeMs: Milliseconds;
}

export interface QueuedQuery {
  readonly query: CheckedQuery;
  /** Priority of the request: 1 is the most urgent. Infinite if none was given. */
  readonly priority: number;
  /** Time at which the request's headers arrived. */
  readonly receivedAt: Milliseconds;
  readonly enqueuedAt: Milliseconds;
  /** Time of the caller's gRPC deadline. Infinite if there is none. */
  readonly deadlineMs: number;
  /** Number of executors that died while running the query. */
  readonly deaths: number;
  /** Set if the query must run in a batch of its own, because a batch that contained it failed. */
  readonly alone: boolean;
  /** The caller's signal. A cancelled query is not put back into the queue. */
  readonly signal: AbortSignal;
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface RequestQueue {
  readonly length: number;
  readonly items: number;
  /** Adds a query. Returns false if the queue is full. */
  push(queued: QueuedQuery): boolean;
  /** Puts queries back at the front, regardless of the bounds, since they were admitted before. */
  putBack(queued: readonly QueuedQuery[]): void;
  /** Removes a query. Returns false if it is not queued. */
  remove(query: CheckedQuery): boolean;
  /**
   * Removes and returns the next batch, in order. Rejects queries past their deadline. Returns an empty list if none is
   * queued.
   */
  take(ceiling: number): readonly QueuedQuery[];
  /** Removes and returns all queries. */
  takeAll(): readonly QueuedQuery[];
}

export interface QueueBounds {
  readonly items: number;
  readonly bytes: number;
}

export function createRequestQueue(bounds: QueueBounds, clock: Clock): RequestQueue {
  let queue: QueuedQuery[] = [];
  let items = 0;
  let bytes = 0;
  const count = (queued: readonly QueuedQuery[], sign: 1 | -1): void => {
    for (const { query } of queued) {
      items += sign * query.items;
      bytes += sign * query.bytes;
    }
  };
  return {
    get length() {
      return queue.length;
    },
    get items() {
      return items;
    },
    push(queued) {
      const { query } = queued;
      // An empty queue accepts a query of any size: message sizes are limited elsewhere.
      if (queue.length > 0 && (items + query.items > bounds.items || bytes + query.bytes > bounds.bytes)) return false;
      queue.splice(queuePosition(queue, queued.priority, clock.now()), 0, queued);
      count([queued], 1);
      return true;
    },
    putBack(queued) {
      const live = queued.filter(({ signal }) => !signal.aborted);
      queue.unshift(...live);
      count(live, 1);
    },
    remove(query) {
      const index = queue.findIndex((queued) => queued.query === query);
      if (index < 0) return false;
      count(queue.splice(index, 1), -1);
      return true;
    },
    take(ceiling) {
      const shareable = queue
        .slice(0, shareableLength(queue))
        .map((w) => ({ items: w.query.items, deadlineMs: w.deadlineMs }));
      const plan = nextBatch(shareable, queue[0]?.alone === true ? 1 : ceiling, clock.now());
      const expired = plan.expired.flatMap((index) => queue[index] ?? []);
      const left = queue.filter((queued) => !expired.includes(queued));
      const batch = left.splice(0, plan.take);
      count([...expired, ...batch], -1);
      queue = left;
      for (const queued of expired) queued.reject(deadlinePassed());
      return batch;
    },
    takeAll() {
      const all = queue;
      queue = [];
      count(all, -1);
      return all;
    },
  };
}

/** Returns how many queries, counted from the front, may share a batch with the first. */
function shareableLength(queue: readonly QueuedQuery[]): number {
  const [first] = queue;
  if (first === undefined || first.alone) return queue.length > 0 ? 1 : 0;
  const other = queue.findIndex(({ query, alone }) => alone || query.batchKey !== first.query.batchKey);
  return other < 0 ? queue.length : other;
}

const deadlinePassed = (): ParetoError =>
  new ParetoError('deadline-exceeded', 'the deadline passed while the query was queued');
