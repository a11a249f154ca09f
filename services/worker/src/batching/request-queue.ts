// Queries waiting for one replica: bounded in items and bytes, by their priority, and then first come, first served.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { nextBatch, queuePosition } from '@pareto/policy';
import type { TensorOutput } from '@pareto/runtime';
import type { CheckedQuery } from '../requests/check-request.js';

/** What a query got, and where its time went. */
export interface QueryResult {
  readonly outputs: readonly TensorOutput[];
  readonly batchItems: number;
  readonly executorPid: number;
  readonly startedAt: Milliseconds;
  readonly endedAt: Milliseconds;
  /** Of the whole batch, in the executor. */
  readonly computeMs: Milliseconds;
}

export interface QueuedQuery {
  readonly query: CheckedQuery;
  /** 1 is the most urgent; infinite: none was given. */
  readonly priority: number;
  /** When its headers came. */
  readonly receivedAt: Milliseconds;
  readonly enqueuedAt: Milliseconds;
  /** The caller's gRPC deadline; infinite when it set none. */
  readonly deadlineMs: number;
  /** Executors that died while they ran it. */
  readonly deaths: number;
  /** It shares a batch with no other: something went wrong when it did. */
  readonly alone: boolean;
  /** The caller's: one that gave up is not put back. */
  readonly signal: AbortSignal;
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface RequestQueue {
  readonly length: number;
  readonly items: number;
  /** False when it is full. */
  push(queued: QueuedQuery): boolean;
  /** Back to the front, whatever the bounds: it was admitted before. */
  putBack(queued: readonly QueuedQuery[]): void;
  /** False when it is not in the queue. */
  remove(query: CheckedQuery): boolean;
  /** The next batch, in order; those past their deadline are rejected on the way. Empty when nothing waits. */
  take(ceiling: number): readonly QueuedQuery[];
  /** Empties it. */
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
      // One query alone always fits: its size has a limit of its own.
      if (queue.length > 0 && (items + query.items > bounds.items || bytes + query.bytes > bounds.bytes)) return false;
      queue.splice(queuePosition(queue, queued.priority, clock.now()), 0, queued);
      count([queued], 1);
      return true;
    },
    putBack(queued) {
      const wanted = queued.filter(({ signal }) => !signal.aborted);
      queue.unshift(...wanted);
      count(wanted, 1);
    },
    remove(query) {
      const index = queue.findIndex((queued) => queued.query === query);
      if (index < 0) return false;
      count(queue.splice(index, 1), -1);
      return true;
    },
    take(ceiling) {
      const shareable = queue
        .slice(0, lengthOfKind(queue))
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

/** How many from the front may share a batch with the first. */
function lengthOfKind(queue: readonly QueuedQuery[]): number {
  const [first] = queue;
  if (first === undefined || first.alone) return queue.length > 0 ? 1 : 0;
  const other = queue.findIndex(({ query, alone }) => alone || query.batchKey !== first.query.batchKey);
  return other < 0 ? queue.length : other;
}

const deadlinePassed = (): ParetoError =>
  new ParetoError('deadline-exceeded', 'the deadline passed while the query waited for its turn');
