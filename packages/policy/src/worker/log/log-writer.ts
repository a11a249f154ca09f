// Turns the events and effects of a worker's core into the lines of its log.

import type { RunningBatch } from '../../batch/replica-work.js';
import type { QueuedQuery } from '../../batch/request-queue.js';
import type { AssignedReplica } from '../assigned-replica.js';
import type { WorkerEffect, WorkerEvent } from '../worker-event.js';
import { logEffect, type LoggedEvent, type WorkerLogLine } from './worker-log.js';

export interface WorkerLogWriter<Q extends QueuedQuery, W> {
  /** Returns the line for an event at time `at`, and the effects that followed from it. */
  lineOf(event: WorkerEvent<Q, W>, at: number, effects: readonly WorkerEffect<Q, W>[]): WorkerLogLine;
}

/** Gives objects numbers, in the order in which they are seen first. */
class Numbers<T extends object> {
  readonly #known = new WeakMap<T, number>();
  #count = 0;

  readonly of = (object: T): number => {
    const known = this.#known.get(object);
    if (known !== undefined) return known;
    this.#known.set(object, this.#count);
    return this.#count++;
  };
  has(object: T): boolean {
    return this.#known.has(object);
  }
}

export function createWorkerLogWriter<Q extends QueuedQuery, W extends object>(): WorkerLogWriter<Q, W> {
  const [queries, waiters, batches] = [new Numbers<Q>(), new Numbers<W>(), new Numbers<RunningBatch<Q>>()];
  const assignments = new Numbers<AssignedReplica>();
  const numbers = { query: queries.of, waiter: waiters.of, assignment: assignments.of };

  function log(event: WorkerEvent<Q, W>): LoggedEvent {
    switch (event.kind) {
      case 'queued':
        return { ...event, query: queries.of(event.query), queued: queuedOf(event.query) };
      case 'cancelled':
        return { ...event, query: queries.of(event.query) };
      case 'ended':
        return { ...event, batch: batches.of(event.batch) };
      case 'requested':
      case 'withdrawn':
      case 'released':
        return { ...event, waiter: waiters.of(event.waiter) };
      case 'assigned': {
        const { replicas, keepUnlisted, kept } = event.desired;
        const added = replicas.filter((assignment) => !assignments.has(assignment));
        return { kind: event.kind, desired: { replicas: replicas.map(assignments.of), keepUnlisted, kept }, added };
      }
      case 'overdue':
      case 'stopped':
      case 'loaded':
      case 'warmed':
      case 'load-failed':
      case 'replaced':
      case 'replace-failed':
      case 'died':
      case 'mixed':
        return event;
    }
  }
  return {
    lineOf(event, at, effects) {
      const logged = log(event);
      for (const effect of effects) if (effect.kind === 'start') batches.of(effect.batch);
      return { at, event: logged, effects: effects.map((effect) => logEffect(effect, numbers)) };
    },
  };
}

/** Returns what the core reads of a query. */
const queuedOf = (query: QueuedQuery): QueuedQuery => {
  const { items, bytes, batchKey, shapes, priority, enqueuedAt, dueAt, deadlineAt } = query;
  return { items, bytes, batchKey, shapes, priority, enqueuedAt, dueAt, deadlineAt };
};
