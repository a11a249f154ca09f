// What happens on the slots of a hardware class, and what has to be done because of it.

import type { BatchFailure } from '../retry/plan-batch-retry.js';
import type { QueueBounds, QueuedQuery, QueueRejection } from './queued-query.js';
import type { EndedRun, ReplicaSettings, RunningBatch } from './replica-work.js';

/** `R` is the caller's handle of a replica, `W` that of a step which waits for a slot. */
export type SlotEvent<R, Q extends QueuedQuery, W> =
  | { readonly kind: 'added'; readonly replica: R; readonly settings: ReplicaSettings; readonly bounds: QueueBounds }
  | { readonly kind: 'updated'; readonly replica: R; readonly settings: ReplicaSettings }
  | { readonly kind: 'removed'; readonly replica: R }
  /** The replica has an executor, or another one. */
  | { readonly kind: 'attached'; readonly replica: R }
  /** The executor has ended, or is not used any more. */
  | { readonly kind: 'detached'; readonly replica: R }
  | { readonly kind: 'queued'; readonly replica: R; readonly query: Q }
  | { readonly kind: 'cancelled'; readonly replica: R; readonly query: Q }
  /** No queued query of the replica will be run. */
  | { readonly kind: 'closed'; readonly replica: R }
  | { readonly kind: 'ended'; readonly replica: R; readonly batch: RunningBatch<Q>; readonly run: EndedRun }
  /** A run takes so much longer than expected that it may never end. */
  | { readonly kind: 'overdue'; readonly replica: R }
  /** A step needs a slot. With `idle`, it gets one only while nothing else waits for one. */
  | { readonly kind: 'requested'; readonly waiter: W; readonly idle?: true }
  | { readonly kind: 'withdrawn'; readonly waiter: W }
  /** A step gave its slot back. */
  | { readonly kind: 'released'; readonly waiter: W };

export type SlotEffect<R, Q extends QueuedQuery, W> =
  | { readonly kind: 'start'; readonly replica: R; readonly batch: RunningBatch<Q> }
  | {
      readonly kind: 'reject';
      readonly query: Q;
      readonly reason: QueueRejection | 'closed';
      /** Number of executors that died while they ran the query. */
      readonly deaths: number;
      /** Expected time from now to the answer. */
      readonly neededMs: number;
    }
  /** The batch of the query failed, and the query, which was not cancelled, is not run again. */
  | { readonly kind: 'fail'; readonly replica: R; readonly query: Q; readonly failure: BatchFailure }
  | { readonly kind: 'grant'; readonly waiter: W };
