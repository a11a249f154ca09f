// What has to be done because of what happens on the slots of a hardware class.

import type { BatchFailure } from '../retry/plan-batch-retry.js';
import type { QueuedQuery, QueueRejection } from './queued-query.js';
import type { RunningBatch } from './replica-work.js';

/** `R` is the caller's handle of a replica, `W` that of a step which waits for a slot. */
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
