// The events of a worker's core, and their effects.

import type { ReplicaId, ReplicaLoad, ReplicaState } from '@pareto/core';
import type { QueuedQuery } from '../batch/queued-query.js';
import type { EndedRun, RunningBatch } from '../batch/replica-work.js';
import type { SlotEffect } from '../batch/slot-effect.js';
import type { AssignedReplica, DesiredReplicas } from './assigned-replica.js';
import type { LoadFailure } from './plan-reload.js';

/** Events that concern the queries and batches of a replica. */
type ReplicaEvent<Q extends QueuedQuery> =
  | { readonly kind: 'queued'; readonly replica: ReplicaId; readonly query: Q }
  | { readonly kind: 'cancelled'; readonly replica: ReplicaId; readonly query: Q }
  | {
      readonly kind: 'ended';
      readonly replica: ReplicaId;
      readonly batch: RunningBatch<Q>;
      readonly run: EndedRun;
    }
  /** A run takes so much longer than expected that it may never end. */
  | { readonly kind: 'overdue'; readonly replica: ReplicaId };

/** Events that concern steps. `group` is the position of the slots among those of the worker. */
type StepEvent<W> =
  /** A step needs a slot. With `idle`, it gets one only while nothing else waits for one. */
  | { readonly kind: 'requested'; readonly group: number; readonly waiter: W; readonly idle?: true }
  /** `released`: a step gave its slot back. */
  | { readonly kind: 'withdrawn' | 'released'; readonly group: number; readonly waiter: W };

/** Events of the load of a replica's executor. `loaded`: the model is loaded, and warms up. `warmed`: it can run batches. */
export type LoadEvent =
  | { readonly kind: 'loaded' | 'warmed'; readonly replica: ReplicaId }
  | {
      readonly kind: 'load-failed';
      readonly replica: ReplicaId;
      readonly cause: LoadFailure;
      readonly reason: string;
    };

/** Events of the load of an executor for another file, next to the one that serves. */
export type ReplaceEvent =
  /** The new executor is warm, and runs the batches from now on. */
  | { readonly kind: 'replaced'; readonly replica: ReplicaId }
  /** `no-room`: the memory does not hold both. */
  | { readonly kind: 'replace-failed'; readonly replica: ReplicaId; readonly cause: LoadFailure | 'no-room' };

/** `W` is the caller's handle of a step which waits for a slot. */
export type WorkerEvent<Q extends QueuedQuery, W> =
  | ReplicaEvent<Q>
  | StepEvent<W>
  | LoadEvent
  | ReplaceEvent
  /** The executor of a replica has ended, or was unloaded. */
  | { readonly kind: 'died'; readonly replica: ReplicaId; readonly reason: string }
  /** A check found that the queries of a replica influence each other. */
  | { readonly kind: 'mixed'; readonly replica: ReplicaId }
  | { readonly kind: 'assigned'; readonly desired: DesiredReplicas }
  /** The worker shuts down: all replicas are unloaded, and none is loaded. */
  | { readonly kind: 'stopped' };

export type WorkerEffect<Q extends QueuedQuery, W> =
  | SlotEffect<ReplicaId, Q, W>
  | { readonly kind: 'add'; readonly assignment: AssignedReplica }
  /** Another assignment is in force. `isOutdated`: a later one names another file, which does not serve yet. */
  | { readonly kind: 'update'; readonly assignment: AssignedReplica; readonly isOutdated: boolean }
  /**
   * Load an executor after a pause, and warm it up. `warmed` or `load-failed` must follow, or `replaced` or `replace-failed` if it is
   * to replace the one that serves.
   */
  | { readonly kind: 'load' | 'replace'; readonly assignment: AssignedReplica; readonly afterMs: number }
  /** End the executor, which runs no batches. `died` must follow. */
  | { readonly kind: 'stop'; readonly replica: ReplicaId }
  /** The state of a replica after an event of its executor, or when it is drained. */
  | {
      readonly kind: 'changed';
      readonly replica: ReplicaId;
      readonly state: ReplicaState;
      readonly reason: string;
    }
  /** End the executor, or what loads one. `died` must follow. */
  | { readonly kind: 'unload'; readonly replica: ReplicaId }
  /** The replica is gone. */
  | { readonly kind: 'remove'; readonly replica: ReplicaId; readonly load: ReplicaLoad };
