// One worker in virtual time: the schedulers of its slots, and replicas whose loads and runs take a given time.

import {
  bytes,
  milliseconds,
  noCounts,
  type Assignment,
  type HardwareClassId,
  type ReplicaId,
  type ReplicaLoad,
  type ReplicaReport,
  type ReplicaState,
} from '@pareto/core';
import {
  createSlotScheduler,
  type QueuedQuery,
  type ReplicaSettings,
  type RunningBatch,
  type SlotEffect,
  type SlotEvent,
  type SlotScheduler,
} from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { Reply, SentQuery } from './router.js';

/** A replica that the worker should hold, from the controller. */
export interface AssignedReplica {
  readonly assignment: Assignment;
  readonly settings: ReplicaSettings;
}

export interface WorkerOptions {
  readonly events: EventQueue;
  /** Number of slots by hardware class. */
  readonly slots: ReadonlyMap<HardwareClassId, number>;
  /** Returns the time that the next load of a replica takes. */
  readonly loadMs: (assignment: Assignment) => number;
  /** Returns the time of a replica's next run, with a batch of this size. */
  readonly runMs: (assignment: Assignment, size: number) => number;
  readonly reply: (sent: SentQuery, reply: Reply, now: number) => void;
  /** Called when the state of a replica has changed. */
  readonly onChange: (now: number) => void;
}

export interface Worker {
  /** Loads and drains replicas, so that the worker holds exactly these. */
  assign(assigned: readonly AssignedReplica[], now: number): void;
  queue(sent: SentQuery, now: number): void;
  /** Returns the loads of the ready replicas. */
  loads(now: number): ReadonlyMap<ReplicaId, ReplicaLoad>;
  reports(now: number): readonly ReplicaReport[];
}

interface Queued extends QueuedQuery {
  readonly sent: SentQuery;
}

type Scheduler = SlotScheduler<ReplicaId, Queued, never>;
type Event = SlotEvent<ReplicaId, Queued, never>;
type Effect = SlotEffect<ReplicaId, Queued, never>;

interface Replica {
  readonly assignment: Assignment;
  readonly scheduler: Scheduler;
  settings: ReplicaSettings;
  state: ReplicaState;
  /** Time at which the executor has ended all batches in it. */
  freeAt: number;
  /** Number of queries without a reply. */
  open: number;
  requests: number;
  items: number;
  executions: number;
  busyMs: number;
}

const bounds = { items: 1_024, bytes: 2 ** 30 };
/** Share of a run that the executor computes. */
const computeShare = 0.95;

export function createWorker({ events, slots, loadMs, runMs, reply, onChange }: WorkerOptions): Worker {
  const schedulers = new Map<HardwareClassId, Scheduler>();
  for (const [id, count] of slots) schedulers.set(id, createSlotScheduler(count));
  const replicas = new Map<ReplicaId, Replica>();

  function apply(scheduler: Scheduler, event: Event, now: number): void {
    const effects: Effect[] = [];
    scheduler.apply(event, now, effects);
    for (const effect of effects) {
      if (effect.kind === 'start') run(replicaOf(effect.replica), effect.batch, now);
      if (effect.kind === 'reject') end(effect.query, endOf(effect, now), now);
    }
  }
  function replicaOf(id: ReplicaId): Replica {
    const replica = replicas.get(id);
    if (replica === undefined) throw new Error(`the worker has no replica ${id}`);
    return replica;
  }
  function run(replica: Replica, batch: RunningBatch<Queued>, now: number): void {
    const { scheduler, assignment } = replica;
    const beganAt = Math.max(now, replica.freeAt);
    const tookMs = runMs(assignment, batch.size);
    const endsAt = beganAt + tookMs;
    replica.freeAt = endsAt;
    events.schedule(endsAt, () => {
      const computeMs = computeShare * tookMs;
      replica.executions += 1;
      replica.items += batch.items;
      replica.busyMs += computeMs;
      const ended = { outcome: 'done', beganAt, computeMs } as const;
      apply(scheduler, { kind: 'ended', replica: assignment.replica, batch, run: ended }, endsAt);
      for (const { query } of batch.entries) end(query, 'answered', endsAt);
    });
  }
  function end({ sent, enqueuedAt }: Queued, how: Reply['end'], now: number): void {
    const replica = replicaOf(sent.replica.id);
    replica.open -= 1;
    const load = replica.scheduler.load(sent.replica.id, now);
    reply(sent, { end: how, load, tookMs: now - enqueuedAt }, now);
    if (replica.state === 'draining') removeIfSettled(replica, now);
  }

  function load({ assignment, settings }: AssignedReplica, now: number): void {
    const { replica: id, hardwareClass } = assignment;
    const scheduler = schedulers.get(hardwareClass);
    if (scheduler === undefined) throw new Error(`the worker has no slots of ${hardwareClass}`);
    const counts = { requests: 0, items: 0, executions: 0, busyMs: 0 };
    const replica: Replica = { assignment, scheduler, settings, state: 'loading', freeAt: 0, open: 0, ...counts };
    replicas.set(id, replica);
    apply(scheduler, { kind: 'added', replica: id, settings, bounds }, now);
    events.schedule(now + loadMs(assignment), (at) => {
      if (replica.state !== 'loading') return;
      replica.state = 'ready';
      apply(scheduler, { kind: 'attached', replica: id }, at);
      onChange(at);
    });
    onChange(now);
  }
  function update(replica: Replica, settings: ReplicaSettings, now: number): void {
    replica.settings = settings;
    apply(replica.scheduler, { kind: 'updated', replica: replica.assignment.replica, settings }, now);
  }
  function drain(replica: Replica, now: number): void {
    const wasLoading = replica.state === 'loading';
    replica.state = 'draining';
    if (wasLoading) apply(replica.scheduler, { kind: 'closed', replica: replica.assignment.replica }, now);
    onChange(now);
    removeIfSettled(replica, now);
  }
  function removeIfSettled({ assignment: { replica: id }, scheduler, open }: Replica, now: number): void {
    if (open > 0 || !replicas.delete(id)) return;
    apply(scheduler, { kind: 'removed', replica: id }, now);
    onChange(now);
  }

  return {
    assign(assigned, now) {
      const listed = new Set(assigned.map(({ assignment }) => assignment.replica));
      for (const replica of replicas.values())
        if (replica.state !== 'draining' && !listed.has(replica.assignment.replica)) drain(replica, now);
      for (const one of assigned) {
        const held = replicas.get(one.assignment.replica);
        if (held === undefined) load(one, now);
        else if (held.settings !== one.settings) update(held, one.settings, now);
      }
    },
    queue(sent, now) {
      const replica = replicas.get(sent.replica.id);
      if (replica === undefined || replica.state === 'draining')
        return reply(sent, { end: 'not-executed', load: undefined, tookMs: 0 }, now);
      replica.requests += 1;
      replica.open += 1;
      const dueAt = now + sent.leftMs;
      const query = { sent, items: 1, bytes: 1_000, batchKey: '', priority: Infinity, enqueuedAt: now, dueAt };
      const event = { kind: 'queued', replica: sent.replica.id, query: { ...query, deadlineAt: Infinity } } as const;
      apply(replica.scheduler, event, now);
    },
    loads: (now) =>
      new Map(
        [...replicas].flatMap(([id, { state, scheduler }]) =>
          state === 'ready' ? [[id, scheduler.load(id, now)]] : [],
        ),
      ),
    reports: (now) => Array.from(replicas.values(), (replica) => reportOf(replica, now)),
  };
}

function endOf({ reason, query }: Extract<Effect, { kind: 'reject' }>, now: number): Reply['end'] {
  if (reason === 'full') return 'full';
  if (reason === 'closed') return 'not-executed';
  return query.enqueuedAt === now ? 'refused' : 'missed';
}

function reportOf({ assignment, scheduler, settings, state, ...counts }: Replica, now: number): ReplicaReport {
  const { replica, variant, version } = assignment;
  const { queuedItems, runningItems, interfered } = scheduler.load(replica, now);
  const { requests, items, executions, busyMs } = counts;
  const memoryBytes = bytes(state === 'loading' ? 0 : (settings.profile?.memoryBytes ?? 0));
  return {
    ...{ replica, variant, version, state, memoryBytes, queuedItems, runningItems, interfered },
    ...{ requests, items, executions, busyMs: milliseconds(busyMs) },
    ...{ reason: '', loadMs: milliseconds(1), failures: 0, executorDeaths: 0, counts: noCounts },
    ...{ poisonousQueries: 0, quarantined: false, checkedRows: 0, mixedReason: '', comparedRows: 0, agreedRows: 0 },
  };
}
