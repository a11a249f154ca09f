// Replays the log of a worker's core: the same events have the same effects.

import type { RunningBatch } from '../../batch/replica-work.js';
import type { QueuedQuery } from '../../batch/queued-query.js';
import type { AssignedReplica } from '../assigned-replica.js';
import { createWorkerCore, type WorkerCore } from '../worker-core.js';
import type { WorkerEffect, WorkerEvent } from '../worker-event.js';
import {
  logEffect,
  type LoggedEffect,
  type LoggedEvent,
  type WorkerLogHeader,
  type WorkerLogLine,
} from './worker-log.js';

export interface ReplayedWorkerEvent {
  readonly line: WorkerLogLine;
  /** Effects of the event in the replay. `line.effects` are those when it was recorded. */
  readonly effects: readonly LoggedEffect[];
}

interface ReplayedQuery extends QueuedQuery {
  readonly number: number;
}

/** Applies the events of a log to a new core, and yields what follows from each. Throws if the log has another format. */
export function* replayWorkerLog(lines: Iterable<string>): Generator<ReplayedWorkerEvent> {
  const reader = createReader();
  let core: WorkerCore<ReplayedQuery, number> | undefined;
  for (const text of lines) {
    if (text === '') continue;
    if (core === undefined) {
      core = createWorkerCore(headerOf(text));
      continue;
    }
    const line = JSON.parse(text) as WorkerLogLine;
    const effects: WorkerEffect<ReplayedQuery, number>[] = [];
    core.apply(reader.read(line.event), line.at, effects);
    yield { line, effects: reader.log(effects) };
  }
}

function headerOf(text: string): WorkerLogHeader {
  const header = JSON.parse(text) as WorkerLogHeader | { readonly log: string; readonly version: number };
  if (header.log === 'worker' && header.version === 1) return header as WorkerLogHeader;
  throw new Error('expected the log of a worker, in version 1 of its format');
}

interface Reader {
  read(event: LoggedEvent): WorkerEvent<ReplayedQuery, number>;
  log(effects: readonly WorkerEffect<ReplayedQuery, number>[]): readonly LoggedEffect[];
}

/** Creates a reader, which turns logged events into events. Equal numbers give the same objects. */
function createReader(): Reader {
  const queries: ReplayedQuery[] = [];
  const batches: RunningBatch<ReplayedQuery>[] = [];
  const assignments: AssignedReplica[] = [];
  const numbers = {
    query: ({ number }: ReplayedQuery): number => number,
    waiter: (waiter: number): number => waiter,
    assignment: (assignment: AssignedReplica): number => assignments.indexOf(assignment),
  };
  return {
    read(event) {
      switch (event.kind) {
        case 'queued': {
          const { kind, replica, query: number, queued } = event;
          const query = { ...queued, ...infinite(queued), number };
          queries[number] = query;
          return { kind, replica, query };
        }
        case 'cancelled':
          return { ...event, query: found(queries, event.query) };
        case 'ended':
          return { ...event, batch: found(batches, event.batch) };
        case 'assigned': {
          assignments.push(...event.added);
          const replicas = event.desired.replicas.map((number) => found(assignments, number));
          return { kind: event.kind, desired: { ...event.desired, replicas } };
        }
        case 'overdue':
        case 'requested':
        case 'withdrawn':
        case 'released':
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
    },
    log(effects) {
      for (const effect of effects) if (effect.kind === 'start') batches.push(effect.batch);
      return effects.map((effect) => logEffect(effect, numbers));
    },
  };
}

/** Returns the times and the priority of a query, which are null in a log if they are infinite. */
const infinite = ({ priority, dueAt, deadlineAt }: LoggedTimes): Pick<QueuedQuery, keyof LoggedTimes> => ({
  priority: priority ?? Infinity,
  dueAt: dueAt ?? Infinity,
  deadlineAt: deadlineAt ?? Infinity,
});

type LoggedTimes = Readonly<Record<'priority' | 'dueAt' | 'deadlineAt', number | null>>;

function found<T>(values: readonly T[], number: number): T {
  const value = values[number];
  if (value === undefined) throw new Error(`the log refers to number ${number} before it is defined`);
  return value;
}
