// Turns the events and effects of a worker's core into the lines of its log.

import { ObjectNumbers } from '@pareto/core';
import type { RunningBatch } from '../../batch/replica-work.js';
import type { QueuedQuery } from '../../batch/queued-query.js';
import type { AssignedReplica } from '../assigned-replica.js';
import type { WorkerEffect, WorkerEvent } from '../worker-event.js';
import { logEffect, type LoggedEvent, type WorkerLogLine } from './worker-log.js';

export interface WorkerLogWriter<Q extends QueuedQuery, W> {
  /** Returns the line for an event at time `at`, and the effects that followed from it. */
  lineOf(event: WorkerEvent<Q, W>, at: number, effects: readonly WorkerEffect<Q, W>[]): WorkerLogLine;
}

export function createWorkerLogWriter<Q extends QueuedQuery, W extends object>(): WorkerLogWriter<Q, W> {
  const [queries, waiters] = [new ObjectNumbers<Q>(), new ObjectNumbers<W>()];
  const [batches, assignments] = [new ObjectNumbers<RunningBatch<Q>>(), new ObjectNumbers<AssignedReplica>()];
  const numbers = {
    query: (query: Q): number => queries.of(query),
    waiter: (waiter: W): number => waiters.of(waiter),
    assignment: (assignment: AssignedReplica): number => assignments.of(assignment),
  };

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
        const added = replicas.filter((assignment) => assignments.find(assignment) === undefined);
        return { kind: event.kind, desired: { replicas: replicas.map(numbers.assignment), keepUnlisted, kept }, added };
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
