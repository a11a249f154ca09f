// One worker in virtual time: the worker core of production, and executors whose loads and runs take a given time.

import {
  removeRange,
  type HardwareClassId,
  type ReplicaId,
  type ReplicaLoad,
  type ReplicaReport,
  type ReplicaState,
  type SlotGroup,
  type VariantId,
} from '@pareto/core';
import {
  createWorkerCore,
  type AssignedReplica,
  type QueuedQuery,
  type ReportedLoad,
  type RunningBatch,
  type WorkerEffect,
  type WorkerEvent,
  type WorkerParams,
} from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { Process } from '../processes/process.js';
import { reportOf, type ReportedReplica } from './replica-report.js';
import type { SentQuery } from './query.js';
import type { Reply } from './router.js';

/** Times that executors take. */
export interface ServiceTimes {
  /** Returns the time that the next load of a replica takes. */
  readonly loadMs: (replica: AssignedReplica) => number;
  /** Returns the time of a replica's next run, with a batch of this size. */
  readonly runMs: (replica: AssignedReplica, size: number, now: number) => number;
}

/** Receives what a result counts. */
export interface WorkerObserver {
  /** Called when an executor has become ready, or is not ready any more. */
  readonly onReady: (variant: VariantId, hardwareClass: HardwareClassId, isReady: boolean) => void;
  /** Called when a worker without replicas gets one, and when it has none any more. */
  readonly onOccupied: (isOccupied: boolean, now: number) => void;
  /** Called when the worker has ended. */
  readonly onEnded: (now: number) => void;
  /** Called when a replica takes a slot, or gives it back. */
  readonly onBusy: (isBusy: boolean, now: number) => void;
}

export interface WorkerOptions {
  readonly events: EventQueue;
  readonly groups: readonly Pick<SlotGroup, 'hardwareClass' | 'slots'>[];
  readonly params: WorkerParams;
  readonly times: ServiceTimes;
  /** Creates the process of an executor. */
  readonly createExecutor: () => Process;
  readonly reply: (sent: SentQuery, reply: Reply, now: number) => void;
  /** Called when the state of a replica has changed. */
  readonly onChange: (now: number) => void;
  readonly observer?: WorkerObserver | undefined;
}

export interface Worker {
  /** Loads and drains replicas, so that the worker holds exactly these. */
  assign(assigned: readonly AssignedReplica[], now: number): void;
  queue(sent: SentQuery, now: number): void;
  /** Returns the loads of the ready replicas. */
  loads(now: number): readonly ReportedLoad[];
  reports(now: number): readonly ReplicaReport[];
  /** Lets the executors of ready replicas die: of all, or of those of a variant. */
  killExecutors(variant: string | undefined, now: number): void;
  /** Lets the process hang: it sends nothing from now on. Returns the queries without a reply. */
  hang(now: number): readonly SentQuery[];
  readonly isHung: boolean;
  /** Ends the process. Its queries are lost. */
  end(now: number): void;
  readonly hasEnded: boolean;
  /** Returns whether the worker holds no replicas. */
  isEmpty(): boolean;
}

interface Queued extends QueuedQuery {
  readonly sent: SentQuery;
}

type Event = WorkerEvent<Queued, never>;
type Effect = WorkerEffect<Queued, never>;

/** A batch in an executor. */
interface Run {
  readonly batch: RunningBatch<Queued>;
  beganAt: number;
  isOver: boolean;
}

interface Replica extends ReportedReplica {
  assigned: AssignedReplica;
  state: ReplicaState;
  /** Number of the load that is in progress, or was the last. */
  loads: number;
  readonly executor: Process;
  readonly runs: Run[];
  requests: number;
  items: number;
  executions: number;
  busyMs: number;
  executorDeaths: number;
}

const bounds = { items: 1_024, bytes: 2 ** 30 };
const queryBytes = 1_000;
/** Share of a run that the executor computes. */
const computeShare = 0.95;

export function createWorker(options: WorkerOptions): Worker {
  const { events, groups, params, times, createExecutor, reply, onChange, observer } = options;
  const core = createWorkerCore<Queued, never>({ groups, bounds, params });
  const replicas = new Map<ReplicaId, Replica>();
  /** Queries without a reply. */
  const open = new Set<Queued>();
  const effects: Effect[] = [];
  let isCarryingOut = false;

  function replicaOf(id: ReplicaId): Replica {
    const replica = replicas.get(id);
    if (replica === undefined) throw new Error(`the worker has no replica ${id}`);
    return replica;
  }
  function apply(event: Event, now: number): void {
    core.apply(event, now, effects);
    carryOutAll(now);
  }
  /** Carries out all effects, also those of events that follow from them. */
  function carryOutAll(now: number): void {
    if (isCarryingOut) return;
    isCarryingOut = true;
    for (const effect of effects) carryOut(effect, now);
    removeRange(effects, 0, effects.length);
    isCarryingOut = false;
  }
  function carryOut(effect: Effect, now: number): void {
    switch (effect.kind) {
      case 'start':
        return run(replicaOf(effect.replica), effect.batch, now);
      case 'reject':
        return answer(effect.query, endOf(effect, now), loadOf(effect.query, now), now);
      case 'fail':
        return answer(effect.query, 'failed', loadOf(effect.query, now), now);
      case 'add':
        return add(effect.assignment, now);
      case 'update':
        replicaOf(effect.assignment.replica).assigned = effect.assignment;
        return;
      case 'load':
        return load(replicaOf(effect.assignment.replica), effect.afterMs, now);
      case 'changed':
        return change(replicaOf(effect.replica), effect.state, now);
      case 'unload':
      case 'stop':
        replicaOf(effect.replica).loads += 1;
        return apply({ kind: 'died', replica: effect.replica, reason: 'unloaded' }, now);
      case 'remove':
        replicas.delete(effect.replica);
        if (replicas.size === 0) observer?.onOccupied(false, now);
        return onChange(now);
      case 'replace':
      case 'grant':
        throw new Error(`the worker does not expect the effect ${effect.kind}`);
    }
  }

  function add(assigned: AssignedReplica, now: number): void {
    if (replicas.size === 0) observer?.onOccupied(true, now);
    replicas.set(assigned.replica, {
      assigned,
      state: 'loading',
      loads: 0,
      executor: createExecutor(),
      runs: [],
      requests: 0,
      items: 0,
      executions: 0,
      busyMs: 0,
      executorDeaths: 0,
    });
    onChange(now);
  }
  function load(replica: Replica, afterMs: number, now: number): void {
    const { assigned } = replica;
    const own = (replica.loads += 1);
    events.schedule(now + afterMs + times.loadMs(assigned), (at) => {
      if (hasStopped() || replica.loads !== own) return;
      apply({ kind: 'loaded', replica: assigned.replica }, at);
      apply({ kind: 'warmed', replica: assigned.replica }, at);
    });
  }
  function change(replica: Replica, state: ReplicaState, now: number): void {
    const { assigned, state: before } = replica;
    replica.state = state;
    if ((before === 'ready') !== (state === 'ready'))
      observer?.onReady(assigned.spec.variant, assigned.hardwareClass, state === 'ready');
    onChange(now);
  }

  function run(replica: Replica, batch: RunningBatch<Queued>, now: number): void {
    const runMs = times.runMs(replica.assigned, batch.size, now);
    const own: Run = { batch, beganAt: now, isOver: false };
    replica.runs.push(own);
    if (replica.runs.length === 1) observer?.onBusy(true, now);
    own.beganAt = replica.executor.run(runMs, now, (endsAt, beganAt = own.beganAt, tookMs = runMs) => {
      if (own.isOver || hasStopped()) return;
      own.isOver = true;
      removeRange(replica.runs, 0);
      const computeMs = computeShare * tookMs;
      replica.executions += 1;
      replica.items += batch.items;
      replica.busyMs += computeMs;
      const ended = { outcome: 'done', beganAt, computeMs } as const;
      if (replica.runs.length === 0) observer?.onBusy(false, endsAt);
      core.apply({ kind: 'ended', replica: replica.assigned.replica, batch, run: ended }, endsAt, effects);
      const load = core.load(replica.assigned.replica, endsAt);
      for (const { query } of batch.entries) answer(query, 'answered', load, endsAt);
      carryOutAll(endsAt);
    });
  }
  function answer(query: Queued, end: Reply['end'], load: ReplicaLoad, now: number): void {
    open.delete(query);
    reply(query.sent, { end, load, tookMs: now - query.enqueuedAt }, now);
  }
  const loadOf = ({ sent }: Queued, now: number): ReplicaLoad => core.load(sent.replica.id, now);

  /** Ends the batches of an executor that dies, the running one first. */
  function die(replica: Replica, now: number): void {
    const id = replica.assigned.replica;
    replica.executorDeaths += 1;
    replica.executor.clear(now);
    const runs = replica.runs.splice(0);
    if (runs.length > 0) observer?.onBusy(false, now);
    for (const [index, own] of runs.entries()) {
      own.isOver = true;
      const outcome = index === 0 ? ('died-running' as const) : ('died-waiting' as const);
      const ended = { outcome, beganAt: own.beganAt, computeMs: 0 };
      apply({ kind: 'ended', replica: id, batch: own.batch, run: ended }, now);
    }
    apply({ kind: 'died', replica: id, reason: 'the executor was killed' }, now);
  }
  const hasStopped = (): boolean => worker.hasEnded || worker.isHung;
  /** Counts the replicas as neither ready nor busy any more. */
  function stopCounting(now: number): void {
    for (const { assigned, state, runs } of replicas.values()) {
      if (state === 'ready') observer?.onReady(assigned.spec.variant, assigned.hardwareClass, false);
      if (runs.length > 0) observer?.onBusy(false, now);
    }
  }
  const worker: { -readonly [K in keyof Worker]: Worker[K] } = {
    hasEnded: false,
    isHung: false,
    isEmpty: () => replicas.size === 0,
    assign(assigned, now) {
      if (!hasStopped())
        apply({ kind: 'assigned', desired: { replicas: assigned, keepUnlisted: false, kept: [] } }, now);
    },
    queue(sent, now) {
      const { id } = sent.replica;
      const replica = replicas.get(id);
      if (worker.hasEnded) return reply(sent, { end: 'unreachable', load: undefined, tookMs: 0 }, now);
      if (replica === undefined || replica.state === 'draining' || replica.state === 'failed')
        return reply(sent, { end: 'not-executed', load: undefined, tookMs: 0 }, now);
      replica.requests += 1;
      const query: Queued = {
        sent,
        items: 1,
        bytes: queryBytes,
        batchKey: '',
        priority: Infinity,
        enqueuedAt: now,
        dueAt: now + sent.leftMs,
        deadlineAt: Infinity,
      };
      open.add(query);
      apply({ kind: 'queued', replica: id, query }, now);
    },
    loads(now) {
      const loads: ReportedLoad[] = [];
      for (const [replicaId, { state }] of replicas) {
        if (state !== 'ready') continue;
        const { queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered } = core.load(replicaId, now);
        loads.push({ replicaId, queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered });
      }
      return loads;
    },
    reports: (now) =>
      Array.from(replicas.values(), (replica) => {
        const id = replica.assigned.replica;
        return reportOf(replica, core.load(id, now), core.status(id));
      }),
    killExecutors(variant, now) {
      if (worker.isHung) return;
      for (const replica of [...replicas.values()])
        if (replica.state === 'ready' && (variant === undefined || replica.assigned.spec.variant === variant))
          die(replica, now);
    },
    hang(now) {
      if (hasStopped()) return [];
      worker.isHung = true;
      stopCounting(now);
      const queries = Array.from(open, ({ sent }) => sent);
      open.clear();
      return queries;
    },
    end(now) {
      worker.hasEnded = true;
      for (const { sent } of open) reply(sent, { end: 'lost', load: undefined, tookMs: 0 }, now);
      open.clear();
      if (!worker.isHung) stopCounting(now);
      if (replicas.size > 0) observer?.onOccupied(false, now);
      observer?.onEnded(now);
      replicas.clear();
    },
  };
  return worker;
}

function endOf({ reason, query }: Extract<Effect, { kind: 'reject' }>, now: number): Reply['end'] {
  if (reason === 'full') return 'full';
  if (reason === 'closed') return 'not-executed';
  return query.enqueuedAt === now ? 'refused' : 'missed';
}
