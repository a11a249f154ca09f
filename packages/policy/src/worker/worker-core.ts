// The core of a worker: which replicas it holds, when their executors are loaded and replaced, and what runs on its slots. A reducer:
// the same events at the same times have the same effects.

import { milliseconds, type ObservedShapes, type ReplicaId, type ReplicaLoad, type SlotGroup } from '@pareto/core';
import type { QueueBounds, QueuedQuery } from '../batch/queued-query.js';
import type { ReplicaWork } from '../batch/replica-work.js';
import { defaultSlotParams, type SlotParams } from '../batch/slot-params.js';
import { createSlotScheduler, type SlotScheduler } from '../batch/slot-scheduler.js';
import { transition, type ReplicaEvent, type ReplicaLife } from '../lifecycle/replica-lifecycle.js';
import type { AssignedReplica, DesiredReplicas } from './assigned-replica.js';
import { pickSlotGroup } from './pick-slot-group.js';
import { planReconcile } from './plan-reconcile.js';
import {
  defaultReloadParams,
  pauseAfterFailure,
  reasonNotToReplace,
  type LoadFailure,
  type ReloadParams,
} from './plan-reload.js';
import { settingsOf } from './replica-settings.js';
import type { LoadEvent, ReplaceEvent, WorkerEffect, WorkerEvent } from './worker-event.js';

export interface WorkerCoreOptions {
  readonly groups: readonly Pick<SlotGroup, 'hardwareClass' | 'slots'>[];
  /** Bounds of the queue of each replica. */
  readonly bounds: QueueBounds;
  readonly params: WorkerParams;
}

export interface WorkerParams {
  readonly slots: SlotParams;
  readonly reload: ReloadParams;
}

export const defaultWorkerParams: WorkerParams = { slots: defaultSlotParams, reload: defaultReloadParams };

/** Status of a replica, which changes with each event. */
export interface ReplicaStatus {
  readonly life: ReplicaLife;
  /** Reason of a failure, or of the last executor's death. Empty if there was none. */
  readonly reason: string;
  /** Number of queries that each killed two executors. */
  readonly poisonousQueries: number;
}

export interface WorkerCore<Q extends QueuedQuery, W> {
  /** Applies an event at time `now`, and appends what has to be done, in order, to `effects`. Throws if the replica is unknown. */
  apply(event: WorkerEvent<Q, W>, now: number, effects: WorkerEffect<Q, W>[]): void;
  /** Returns the load of a replica. */
  load(replica: ReplicaId, now: number): ReplicaLoad;
  /** Returns the shapes of inputs with dynamic dimensions that a replica has run. */
  shapes(replica: ReplicaId): readonly ObservedShapes[];
  status(replica: ReplicaId): ReplicaStatus;
  /** Returns the number of replicas and steps that wait for a slot of a group, without those that wait for an idle one. */
  waiting(group: number): number;
}

/**
 * `replacing`: it serves, and one for another file is being loaded. `stopping`: it starts no batches, and ends before another one is loaded.
 * `lost`: it died, and some of its batches have not ended yet. `ending`: it is being unloaded. `ended`: it was, and some of its batches
 * have not ended yet. `none`: the replica has failed.
 */
type ExecutorState =
  | { readonly kind: 'serving' | 'stopping' | 'ending' | 'ended' | 'none' }
  /** `file`: the assignment whose file is being loaded. */
  | { readonly kind: 'loading' | 'replacing'; readonly file: AssignedReplica }
  | { readonly kind: 'lost'; readonly reason: string };

/** A replica that the worker holds. */
interface HeldReplica<Q extends QueuedQuery, W> extends ReplicaStatus {
  readonly id: ReplicaId;
  readonly scheduler: SlotScheduler<ReplicaId, Q, W>;
  readonly work: ReplicaWork<ReplicaId, Q>;
  /** The last assignment, whose file may not serve yet. */
  assignment: AssignedReplica;
  /** The assignment in force, with the file that serves. */
  inForce: AssignedReplica;
  life: ReplicaLife;
  reason: string;
  poisonousQueries: number;
  isMixed: boolean;
  executor: ExecutorState;
  /** Number of loads in a row that failed because of the model. */
  failures: number;
}

const isSameFile = (a: AssignedReplica, b: AssignedReplica): boolean => a.spec.modelDigest === b.spec.modelDigest;

export function createWorkerCore<Q extends QueuedQuery, W>(options: WorkerCoreOptions): WorkerCore<Q, W> {
  type Held = HeldReplica<Q, W>;
  type Effects = WorkerEffect<Q, W>[];
  const { groups, bounds, params } = options;
  const schedulers = groups.map(({ slots }) => createSlotScheduler<ReplicaId, Q, W>(slots, params.slots));
  const replicas = new Map<ReplicaId, Held>();
  const draining = new Set<Held>();
  let desired: DesiredReplicas = { replicas: [], keepUnlisted: true, kept: [] };
  let isStopping = false;

  function heldOf(replica: ReplicaId): Held {
    const held = replicas.get(replica);
    if (held === undefined) throw new Error(`the worker does not hold the replica ${replica}`);
    return held;
  }
  function schedulerOf(group: number): SlotScheduler<ReplicaId, Q, W> {
    const scheduler = schedulers[group];
    if (scheduler === undefined) throw new Error(`the worker has no group ${group} of slots`);
    return scheduler;
  }

  function reconcile(now: number, effects: Effects): void {
    const plan = planReconcile(replicas, desired);
    for (const assignment of plan.load) add(assignment, now, effects);
    for (const assignment of plan.update) {
      const held = heldOf(assignment.replica);
      held.assignment = assignment;
      applyAssignment(held, held.inForce, now, effects);
      replaceOutdated(held, 0, effects);
    }
    for (const id of plan.drain) drain(heldOf(id), now, effects);
  }
  function add(assignment: AssignedReplica, now: number, effects: Effects): void {
    const { replica: id } = assignment;
    const scheduler = schedulerOf(pickSlotGroup(groups, assignment));
    const life = { state: 'loading', since: milliseconds(now) } as const;
    replicas.set(id, {
      id,
      assignment,
      inForce: assignment,
      scheduler,
      work: scheduler.add(id, settingsOf(assignment, false), bounds),
      life,
      executor: { kind: 'loading', file: assignment },
      reason: '',
      poisonousQueries: 0,
      isMixed: false,
      failures: 0,
    });
    effects.push({ kind: 'add', assignment }, { kind: 'load', assignment, afterMs: 0 });
  }
  /** Puts the last assignment in force, with the file of `serving` if it is another one. */
  function applyAssignment(held: Held, serving: AssignedReplica, now: number, effects: Effects): void {
    const { assignment } = held;
    const isOutdated = !isSameFile(serving, assignment);
    held.inForce = isOutdated ? { ...assignment, spec: serving.spec } : assignment;
    effects.push({ kind: 'update', assignment: held.inForce, isOutdated });
    applySettings(held, now, effects);
  }
  const applySettings = ({ work, inForce, isMixed, scheduler }: Held, now: number, effects: Effects): void =>
    scheduler.update(work, settingsOf(inForce, isMixed), now, effects);
  /** Loads another executor if the one that serves has another file than is assigned. */
  function replaceOutdated(held: Held, afterMs: number, effects: Effects): void {
    const { assignment, executor, inForce } = held;
    if (executor.kind !== 'serving' || isSameFile(inForce, assignment)) return;
    held.executor = { kind: 'replacing', file: assignment };
    effects.push({ kind: 'replace', assignment, afterMs });
  }

  function change(held: Held, event: ReplicaEvent, effects: Effects): void {
    held.life = transition(held.life, event);
    if ('reason' in event) ({ reason: held.reason } = event);
    effects.push({ kind: 'changed', replica: held.id, state: held.life.state, reason: held.reason });
  }
  /** Accepts no more queries. The replica is unloaded once those that it has are answered. */
  function drain(held: Held, now: number, effects: Effects): void {
    if (held.life.state === 'draining') return;
    change(held, { kind: 'drained', at: milliseconds(now) }, effects);
    draining.add(held);
    if (held.executor.kind !== 'serving' && held.executor.kind !== 'replacing') closeQueue(held, now, effects);
  }
  const closeQueue = ({ work, scheduler }: Held, now: number, effects: Effects): void =>
    scheduler.close(work, now, effects);

  function unloadDrained(effects: Effects): void {
    for (const held of draining) {
      if (!held.scheduler.isDone(held.work)) continue;
      draining.delete(held);
      held.executor = { kind: 'ending' };
      effects.push({ kind: 'unload', replica: held.id });
    }
  }
  function remove({ id, scheduler, work }: Held, now: number, effects: Effects): void {
    const load = scheduler.load(work, now);
    scheduler.remove(work, now, effects);
    replicas.delete(id);
    effects.push({ kind: 'remove', replica: id, load });
    // The replica may have been assigned again while it drained.
    if (!isStopping) reconcile(now, effects);
  }

  function fail(held: Held, reason: string, now: number, effects: Effects): void {
    held.executor = { kind: 'none' };
    change(held, { kind: 'failed', at: milliseconds(now), reason }, effects);
    closeQueue(held, now, effects);
  }
  function reload(held: Held, reason: string, afterMs: number, now: number, effects: Effects): void {
    const { assignment } = held;
    held.executor = { kind: 'loading', file: assignment };
    change(held, { kind: 'restarted', at: milliseconds(now), reason }, effects);
    effects.push({ kind: 'load', assignment, afterMs });
  }
  function onLoadFailed(held: Held, cause: LoadFailure, reason: string, now: number, effects: Effects): void {
    if (cause !== 'unavailable') held.failures += 1;
    const pauseMs = pauseAfterFailure(held.failures, cause, params.reload);
    if (pauseMs === undefined) fail(held, reason, now, effects);
    else reload(held, reason, pauseMs, now, effects);
  }
  /** Ends or replaces an executor, or removes a replica that was unloaded, once the batches of the executor have ended. */
  function settle(held: Held, now: number, effects: Effects): void {
    const { executor, id, work, poisonousQueries } = held;
    if (work.inFlight.length > 0) return;
    if (executor.kind === 'ended') return remove(held, now, effects);
    if (executor.kind === 'stopping') effects.push({ kind: 'stop', replica: id });
    if (executor.kind !== 'lost') return;
    const reason = reasonNotToReplace(poisonousQueries, executor.reason);
    if (reason === undefined) reload(held, executor.reason, 0, now, effects);
    else fail(held, reason, now, effects);
  }

  function onDied(held: Held, reason: string, now: number, effects: Effects): void {
    held.executor = held.executor.kind === 'ending' ? { kind: 'ended' } : { kind: 'lost', reason };
    held.scheduler.detach(held.work, now, effects);
    settle(held, now, effects);
  }
  /** Applies an event of a load, unless the replica is unloaded meanwhile. */
  function applyLoad(event: LoadEvent, held: Held, now: number, effects: Effects): void {
    const { executor } = held;
    if (executor.kind !== 'loading') return;
    switch (event.kind) {
      case 'loaded':
        return change(held, { kind: 'loaded', at: milliseconds(now) }, effects);
      case 'warmed':
        [held.executor, held.failures] = [{ kind: 'serving' }, 0];
        change(held, { kind: 'warmed', at: milliseconds(now) }, effects);
        if (!isSameFile(held.inForce, executor.file)) applyAssignment(held, executor.file, now, effects);
        held.scheduler.attach(held.work, now, effects);
        return replaceOutdated(held, 0, effects);
      case 'load-failed':
        return onLoadFailed(held, event.cause, event.reason, now, effects);
    }
  }

  /** Applies an event of a load for another file, unless the executor that serves has died meanwhile. */
  function applyReplace(event: ReplaceEvent, held: Held, now: number, effects: Effects): void {
    const { executor, work, scheduler } = held;
    if (executor.kind !== 'replacing') return;
    held.executor = { kind: 'serving' };
    if (event.kind === 'replaced') {
      applyAssignment(held, executor.file, now, effects);
      scheduler.attach(work, now, effects);
      return replaceOutdated(held, 0, effects);
    }
    if (event.cause === 'unavailable') return replaceOutdated(held, params.reload.pauseMs, effects);
    // Without an executor, a failed load is repeated and reported.
    held.executor = { kind: 'stopping' };
    scheduler.detach(work, now, effects);
    settle(held, now, effects);
  }

  function applyEvent(event: WorkerEvent<Q, W>, now: number, effects: Effects): void {
    switch (event.kind) {
      case 'queued': {
        const { scheduler, work } = heldOf(event.replica);
        return scheduler.queue(work, event.query, now, effects);
      }
      case 'cancelled': {
        const { scheduler, work } = heldOf(event.replica);
        return scheduler.cancel(work, event.query, now, effects);
      }
      case 'overdue': {
        const { scheduler, work } = heldOf(event.replica);
        return scheduler.giveUpSlot(work, now, effects);
      }
      case 'ended': {
        const held = heldOf(event.replica);
        const before = effects.length;
        held.scheduler.end(held.work, event.batch, event.run, now, effects);
        if (event.run.outcome === 'died-running')
          held.poisonousQueries += effects.slice(before).filter(({ kind }) => kind === 'fail').length;
        if (held.executor.kind !== 'serving') settle(held, now, effects);
        return;
      }
      case 'requested':
        return schedulerOf(event.group).request(event.waiter, event.idle === true, now, effects);
      case 'withdrawn':
        return schedulerOf(event.group).withdraw(event.waiter);
      case 'released':
        return schedulerOf(event.group).release(event.waiter, now, effects);
      case 'assigned':
        ({ desired } = event);
        if (!isStopping) reconcile(now, effects);
        return;
      case 'stopped':
        isStopping = true;
        for (const held of replicas.values()) drain(held, now, effects);
        return;
      case 'loaded':
      case 'warmed':
      case 'load-failed':
        return applyLoad(event, heldOf(event.replica), now, effects);
      case 'replaced':
      case 'replace-failed':
        return applyReplace(event, heldOf(event.replica), now, effects);
      case 'died':
        return onDied(heldOf(event.replica), event.reason, now, effects);
      case 'mixed': {
        const held = heldOf(event.replica);
        held.isMixed = true;
        return applySettings(held, now, effects);
      }
    }
  }

  return {
    apply(event, now, effects) {
      applyEvent(event, now, effects);
      if (draining.size > 0) unloadDrained(effects);
    },
    load(replica, now) {
      const { scheduler, work } = heldOf(replica);
      return scheduler.load(work, now);
    },
    shapes: (replica) => heldOf(replica).work.tally.observed,
    status: heldOf,
    waiting: (group) => schedulerOf(group).waiting(),
  };
}
