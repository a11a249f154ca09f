// Applies what happens on this worker to its core, and carries out what the core decides.

import type { Clock, Milliseconds, ObservedShapes, ReplicaId, ReplicaLoad } from '@pareto/core';
import {
  createWorkerCore,
  createWorkerLogWriter,
  type AssignedReplica,
  type ReplicaStatus,
  type RunningBatch,
  type WorkerCoreOptions,
  type WorkerEffect,
  type WorkerEvent,
  type WorkerLogHeader,
} from '@pareto/policy';
import type { SlotTokens } from '@pareto/runtime';
import type { Recorder } from '@pareto/service';
import type { WaitingQuery } from './waiting-query.js';

/** Carries out what the core decides about a replica. */
export interface ReplicaRunner {
  run(batch: RunningBatch<WaitingQuery>): void;
  /** Answers a query whose batch has failed, and which is not run again. */
  fail(query: WaitingQuery): void;
  /** Loads an executor after a pause. `kind`: whether another one serves meanwhile, and is replaced. */
  loadExecutor(kind: 'load' | 'replace', assignment: AssignedReplica, afterMs: number): void;
  /** Ends the executor, which runs no batches. */
  stopExecutor(): void;
  /** Ends the executor, or what loads one, for good. */
  unload(): void;
  /** Sets the assignment in force. `isOutdated`: a later one names another file, which does not serve yet. */
  update(assignment: AssignedReplica, isOutdated: boolean): void;
  /** Called after each change of its status. */
  onStatus(): void;
}

/** Creates and forgets the replicas that the core decides to hold. */
interface ReplicaOwner {
  readonly replicas: ReadonlyMap<ReplicaId, ReplicaRunner>;
  add(assignment: AssignedReplica): void;
  /** `load`: the last load of the replica. */
  remove(replica: ReplicaId, load: ReplicaLoad): void;
}

/** A step that waits for a slot. */
interface Waiter {
  readonly grant: () => void;
}

type DriverEvent = WorkerEvent<WaitingQuery, Waiter>;

export interface WorkerDriver {
  /** Sets what carries out the effects on replicas, before the first of them is assigned. */
  setOwner(owner: ReplicaOwner): void;
  /** Applies an event that happened at `now`, by default the time of the clock, and carries out its effects before it returns. */
  dispatch(event: DriverEvent, now?: Milliseconds): void;
  /** Returns the slots of a group for runs of steps, such as measuring and warming up. */
  tokens(group: number): SlotTokens;
  /** Acquires a slot as `tokens` do, but only while no replica or other step waits for one. */
  acquireIdle(group: number, signal: AbortSignal): Promise<Disposable>;
  /** Returns the load of a replica that is held. */
  load(replica: ReplicaId): ReplicaLoad;
  /** Returns the shapes of inputs with dynamic dimensions that a replica has run. */
  shapes(replica: ReplicaId): readonly ObservedShapes[];
  /** Returns the status of a replica, which changes with its events. */
  status(replica: ReplicaId): ReplicaStatus;
}

export interface WorkerDriverOptions extends WorkerCoreOptions {
  readonly clock: Clock;
  /** Records the events. Undefined if they are not recorded. */
  readonly recorder?: Recorder | undefined;
}

export function createWorkerDriver({ clock, recorder, ...options }: WorkerDriverOptions): WorkerDriver {
  const core = createWorkerCore<WaitingQuery, Waiter>(options);
  const log = createWorkerLogWriter<WaitingQuery, Waiter>();
  const effects: WorkerEffect<WaitingQuery, Waiter>[] = [];
  let owner: ReplicaOwner | undefined;
  recorder?.record({ log: 'worker', version: 1, ...options } satisfies WorkerLogHeader);

  function dispatch(event: DriverEvent, now = clock.now()): void {
    core.apply(event, now, effects);
    const decided = effects.splice(0);
    if (recorder?.isRecording === true) recorder.record(log.lineOf(event, now, decided));
    for (const effect of decided) carryOut(effect);
  }
  function ownerOf(): ReplicaOwner {
    if (owner === undefined) throw new Error('nothing carries out the effects on replicas yet');
    return owner;
  }
  function runnerOf(replica: ReplicaId): ReplicaRunner {
    const runner = ownerOf().replicas.get(replica);
    if (runner === undefined) throw new Error(`the replica ${replica} is gone`);
    return runner;
  }
  function carryOut(effect: WorkerEffect<WaitingQuery, Waiter>): void {
    switch (effect.kind) {
      case 'start':
        return runnerOf(effect.replica).run(effect.batch);
      case 'reject':
        return effect.query.onRejected(effect);
      case 'fail':
        return runnerOf(effect.replica).fail(effect.query);
      case 'grant':
        return effect.waiter.grant();
      case 'add':
        return ownerOf().add(effect.assignment);
      case 'update':
        return runnerOf(effect.assignment.replica).update(effect.assignment, effect.isOutdated);
      case 'load':
      case 'replace':
        return runnerOf(effect.assignment.replica).loadExecutor(effect.kind, effect.assignment, effect.afterMs);
      case 'stop':
        return runnerOf(effect.replica).stopExecutor();
      case 'changed':
        return runnerOf(effect.replica).onStatus();
      case 'unload':
        return runnerOf(effect.replica).unload();
      case 'remove':
        return ownerOf().remove(effect.replica, effect.load);
    }
  }

  function createToken(group: number, waiter: Waiter): Disposable {
    let isHeld = true;
    return {
      [Symbol.dispose]() {
        if (isHeld) dispatch({ kind: 'released', group, waiter });
        isHeld = false;
      },
    };
  }
  function acquire(
    group: number,
    signal: AbortSignal | undefined,
    request: { readonly idle?: true },
  ): Promise<Disposable> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const onAbort = (): void => {
        dispatch({ kind: 'withdrawn', group, waiter });
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        grant() {
          signal?.removeEventListener('abort', onAbort);
          resolve(createToken(group, waiter));
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      dispatch({ kind: 'requested', group, waiter, ...request });
    });
  }

  return {
    setOwner: (next) => void (owner = next),
    dispatch,
    tokens: (group) => ({
      acquire: (signal) => acquire(group, signal, {}),
      get waiting() {
        return core.waiting(group);
      },
    }),
    acquireIdle: (group, signal) => acquire(group, signal, { idle: true }),
    load: (replica) => core.load(replica, clock.now()),
    shapes: (replica) => core.shapes(replica),
    status: (replica) => core.status(replica),
  };
}
