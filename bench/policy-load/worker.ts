// One worker in virtual time: its scheduler, and executors whose runs take a given time.

import type { Profile, ReplicaId, ReplicaLoad } from '@pareto/core';
import {
  createSlotScheduler,
  type QueuedQuery,
  type RunningBatch,
  type SlotEffect,
  type SlotEvent,
} from '@pareto/policy';
import type { EventQueue } from './event-queue.js';
import type { Attempt, Forwarded } from './router.js';

/** A query that a router sent. */
interface SentQuery extends Forwarded {
  readonly index: number;
  readonly attempt: Attempt;
  readonly sentAt: number;
}

export interface Sent extends QueuedQuery, SentQuery {
  readonly arrivedAt: number;
}

type Event = SlotEvent<ReplicaId, Sent, never>;
type Effect = SlotEffect<ReplicaId, Sent, never>;

interface WorkerOptions {
  readonly events: EventQueue;
  readonly slots: number;
  readonly profile: Profile;
  readonly replicas: readonly ReplicaId[];
  /** Returns the time of the next run of a replica. */
  readonly runMs: (replica: ReplicaId) => number;
  /** Called when a query leaves the worker. `refused`: it was rejected when it arrived. */
  readonly reply: (sent: Sent, end: 'answered' | 'refused' | 'missed', now: number) => void;
}

export interface Worker {
  queue(query: SentQuery, dueAt: number, now: number): void;
  load(replica: ReplicaId, now: number): ReplicaLoad;
}

export function createWorker({ events, slots, profile, replicas, runMs, reply }: WorkerOptions): Worker {
  const scheduler = createSlotScheduler<ReplicaId, Sent, never>(slots);
  /** Time at which the executor of a replica has ended all batches in it. */
  const executorFreeAt = new Map<ReplicaId, number>();

  function apply(event: Event, now: number): void {
    const effects: Effect[] = [];
    scheduler.apply(event, now, effects);
    for (const effect of effects) {
      if (effect.kind === 'start') run(effect.replica, effect.batch, now);
      if (effect.kind === 'reject') reply(effect.query, effect.query.arrivedAt === now ? 'refused' : 'missed', now);
    }
  }
  function run(replica: ReplicaId, batch: RunningBatch<Sent>, now: number): void {
    const beganAt = Math.max(now, executorFreeAt.get(replica) ?? 0);
    const computeMs = runMs(replica);
    const endsAt = beganAt + computeMs;
    executorFreeAt.set(replica, endsAt);
    events.schedule(endsAt, () => {
      apply({ kind: 'ended', replica, batch, run: { outcome: 'done', beganAt, computeMs: 0.95 * computeMs } }, endsAt);
      for (const { query } of batch.entries) reply(query, 'answered', endsAt);
    });
  }
  const settings = { ceiling: 1, profile, sizes: undefined };
  const bounds = { items: 1_024, bytes: 2 ** 30 };
  for (const replica of replicas) {
    apply({ kind: 'added', replica, settings, bounds }, 0);
    apply({ kind: 'attached', replica }, 0);
  }
  return {
    queue(query, dueAt, now) {
      const queued = { items: 1, bytes: 1_000, batchKey: '', priority: Infinity, enqueuedAt: now, arrivedAt: now };
      apply(
        { kind: 'queued', replica: query.replica, query: { ...query, ...queued, dueAt, deadlineAt: Infinity } },
        now,
      );
    },
    load: (replica, now) => scheduler.load(replica, now),
  };
}
