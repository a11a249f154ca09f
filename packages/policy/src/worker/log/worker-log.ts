// The log of a worker's core: its parameters, and a line for each event with the effects that followed. Each line is a value that JSON
// can represent; a field that is undefined is missing there, and an infinite one is null.

import type { QueuedQuery } from '../../batch/queued-query.js';
import type { AssignedReplica, DesiredReplicas } from '../assigned-replica.js';
import type { WorkerCoreOptions } from '../worker-core.js';
import type { LoadEvent, ReplaceEvent, WorkerEffect, WorkerEvent } from '../worker-event.js';

/** The first line. */
export interface WorkerLogHeader extends WorkerCoreOptions {
  readonly log: 'worker';
  readonly version: 1;
}

type AnyEvent = WorkerEvent<QueuedQuery, unknown>;
type EventOf<Kind> = Extract<AnyEvent, { readonly kind: Kind }>;

/** An event with numbers in place of its query, batch, step or assignments. Numbers count from 0 in the order of the log. */
export type LoggedEvent =
  | (Omit<EventOf<'queued'>, 'query'> & { readonly query: number; readonly queued: QueuedQuery })
  | (Omit<EventOf<'cancelled'>, 'query'> & { readonly query: number })
  | (Omit<EventOf<'ended'>, 'batch'> & { readonly batch: number })
  | (Omit<EventOf<'requested'>, 'waiter'> & { readonly waiter: number })
  | (Omit<EventOf<'withdrawn' | 'released'>, 'waiter'> & { readonly waiter: number })
  | (Omit<EventOf<'assigned'>, 'desired'> & {
      readonly desired: Omit<DesiredReplicas, 'replicas'> & { readonly replicas: readonly number[] };
      /** Assignments that no line before has. Their numbers follow those before. */
      readonly added: readonly AssignedReplica[];
    })
  | EventOf<'overdue' | 'stopped' | LoadEvent['kind'] | ReplaceEvent['kind'] | 'died' | 'mixed'>;

/** The kind of an effect, and the facts that a replay compares. */
export type LoggedEffect = readonly (string | number | null)[];

export interface WorkerLogLine {
  /** Time of the event, on the clock of the worker. */
  readonly at: number;
  readonly event: LoggedEvent;
  readonly effects: readonly LoggedEffect[];
}

/** Numbers of what effects refer to. */
export interface EffectNumbers<Q extends QueuedQuery, W> {
  readonly query: (query: Q) => number;
  readonly waiter: (waiter: W) => number;
  readonly assignment: (assignment: AssignedReplica) => number;
}

export function logEffect<Q extends QueuedQuery, W>(
  effect: WorkerEffect<Q, W>,
  numbers: EffectNumbers<Q, W>,
): LoggedEffect {
  switch (effect.kind) {
    case 'start': {
      const { entries, size, expectedMs, overdueMs } = effect.batch;
      const queries = entries.map(({ query }) => numbers.query(query));
      return [effect.kind, effect.replica, size, expectedMs ?? null, overdueMs, ...queries];
    }
    case 'reject':
      return [effect.kind, numbers.query(effect.query), effect.reason, effect.deaths, effect.neededMs];
    case 'fail':
      return [effect.kind, effect.replica, numbers.query(effect.query), effect.failure];
    case 'grant':
      return [effect.kind, numbers.waiter(effect.waiter)];
    case 'add':
      return [effect.kind, numbers.assignment(effect.assignment)];
    case 'update':
      return [effect.kind, effect.assignment.replica, effect.assignment.spec.modelDigest, String(effect.isOutdated)];
    case 'load':
    case 'replace':
      return [effect.kind, numbers.assignment(effect.assignment), effect.afterMs];
    case 'changed':
      return [effect.kind, effect.replica, effect.state, effect.reason];
    case 'stop':
    case 'unload':
      return [effect.kind, effect.replica];
    case 'remove': {
      const { backlogMs, itemMs, typical, slow } = effect.load;
      return [effect.kind, effect.replica, backlogMs, itemMs, typical, slow];
    }
  }
}
