// The work of one replica: its queue, the batches in its executor, and how long they take.

import type { Profile, Shapes } from '@pareto/core';
import { createShapeTally, type ShapeTally } from '../buckets/shape-tally.js';
import { createServiceEstimate, type ServiceEstimate } from '../estimate/service-estimate.js';
import { createWaitEstimate, type WaitEstimate } from '../estimate/wait-estimate.js';
import type { BatchFailure } from '../retry/plan-batch-retry.js';
import { bucketOf } from './bucket-of.js';
import type { QueueBounds, QueuedQuery } from './queued-query.js';
import { QueryQueue, type QueueEntry } from './query-queue.js';
import type { SlotParams } from './slot-params.js';

/** Settings of a replica, from the controller. */
export interface ReplicaSettings {
  /** Maximum number of items in a batch. */
  readonly ceiling: number;
  /** Profile on the hardware class. Undefined if the variant is not measured yet. */
  readonly profile: Profile | undefined;
  /** Sizes that batches are padded to. Undefined if they are not padded. */
  readonly sizes: readonly number[] | undefined;
}

/** A batch that an executor runs, or that waits in it. */
export interface RunningBatch<Q extends QueuedQuery> {
  readonly entries: readonly QueueEntry<Q>[];
  readonly items: number;
  /** Number of items including the padding. */
  readonly size: number;
  /** Shapes that all of its queries have. Undefined if the inputs have no dynamic dimensions. */
  readonly shapes: Shapes | undefined;
  readonly startedAt: number;
  /** Expected time of the run. Undefined if the variant has no profile yet. */
  readonly expectedMs: number | undefined;
  /** Time after which the run is overdue: it gives up its slot to other replicas, because it may never end. */
  readonly overdueMs: number;
}

export interface EndedRun {
  readonly outcome: 'done' | BatchFailure;
  /** Time at which the executor was free to start the batch. */
  readonly beganAt: number;
  /** Time that the executor computed. 0 if the run was not done. */
  readonly computeMs: number;
}

export interface ReplicaWork<R, Q extends QueuedQuery> {
  readonly replica: R;
  readonly queue: QueryQueue<Q>;
  readonly estimate: ServiceEstimate;
  /** Errors of the expected times of its queries. */
  readonly wait: WaitEstimate;
  /** Batches in the executor, the running one first. */
  readonly inFlight: RunningBatch<Q>[];
  /** Time at which the first of them began to run: when it was started, or when the one before it ended. */
  beganAt: number;
  settings: ReplicaSettings;
  isAttached: boolean;
  /** Time since which its executor runs batches. */
  attachedAt: number;
  isOverdue: boolean;
  /** Expected time of the batch that is running or runs next. 0 if there is none. */
  nextMs: number;
  /** Average share of a run's time outside of the executor. */
  overhead: number;
  /** Shapes of the last batch. Undefined if the inputs have no dynamic dimensions. */
  shapes: Shapes | undefined;
  /** The shapes that the replica has run. */
  readonly tally: ShapeTally;
  holdsSlot: boolean;
  /** Time since which it waits for a slot. Infinity if it does not. */
  waitsSince: number;
}

export function createReplicaWork<R, Q extends QueuedQuery>(
  replica: R,
  settings: ReplicaSettings,
  bounds: QueueBounds,
  params: Pick<SlotParams, 'maxOvertakenMs' | 'estimate' | 'wait'>,
): ReplicaWork<R, Q> {
  const estimate = createServiceEstimate(params.estimate);
  estimate.setProfile(settings.profile);
  return {
    replica,
    queue: new QueryQueue(bounds, params.maxOvertakenMs),
    estimate,
    wait: createWaitEstimate(params.wait),
    inFlight: [],
    beganAt: -Infinity,
    settings,
    isAttached: false,
    attachedAt: -Infinity,
    isOverdue: false,
    nextMs: 0,
    overhead: 1,
    shapes: undefined,
    tally: createShapeTally(),
    holdsSlot: false,
    waitsSince: Infinity,
  };
}

/** Returns the time after which a run is overdue. `expectedMs` is undefined if the variant has no profile. */
export const overdueMs = (
  expectedMs: number | undefined,
  { overdueFactor, minOverdueMs, unknownRunMs }: Pick<SlotParams, 'overdueFactor' | 'minOverdueMs' | 'unknownRunMs'>,
): number => Math.max(minOverdueMs, overdueFactor * (expectedMs ?? unknownRunMs));

type InFlight = Pick<ReplicaWork<unknown, QueuedQuery>, 'inFlight'>;
type Running = Pick<ReplicaWork<unknown, QueuedQuery>, 'inFlight' | 'beganAt'>;

/** Returns the number of items in the executor. */
export function runningItems({ inFlight }: InFlight): number {
  let total = 0;
  for (const { items } of inFlight) total += items;
  return total;
}

/** Returns the number of items that a batch is padded to. */
export const sizeOf = ({ sizes }: ReplicaSettings, items: number): number =>
  sizes === undefined ? items : bucketOf(items, sizes);

/** Returns the expected time of a batch of inputs of these shapes. 0 if nothing was profiled. */
export const expectedMs = (
  { settings, estimate }: Pick<ReplicaWork<unknown, QueuedQuery>, 'settings' | 'estimate'>,
  items: number,
  shapes: Shapes | undefined,
  now: number,
): number => estimate.p50(sizeOf(settings, items), now, shapes) ?? 0;

/** Returns the expected time until the batches in flight have ended. Only the first one runs. */
export function leftMs({ inFlight, beganAt }: Running, now: number): number {
  const [first] = inFlight;
  if (first === undefined) return 0;
  let left = Math.max(0, (first.expectedMs ?? 0) - (now - beganAt));
  for (let index = 1; index < inFlight.length; index += 1) left += inFlight[index]?.expectedMs ?? 0;
  return left;
}

/** Corrects the estimates by a batch that has run. */
export function observeRun<Q extends QueuedQuery>(
  work: Pick<ReplicaWork<unknown, Q>, 'settings' | 'estimate' | 'wait' | 'overhead' | 'shapes' | 'tally'>,
  { entries, size, items, startedAt, shapes }: RunningBatch<Q>,
  { beganAt, computeMs }: EndedRun,
  { overheadWeight }: Pick<SlotParams, 'overheadWeight'>,
  now: number,
): void {
  const tookMs = now - beganAt;
  work.estimate.observe(size, tookMs, now, shapes);
  const batchMs = expectedMs(work, work.settings.ceiling, shapes, now);
  for (const { query, expectedAt } of entries)
    if (expectedAt !== undefined)
      work.wait.observe(now - query.enqueuedAt, expectedAt - query.enqueuedAt, batchMs, now);
  work.shapes = shapes;
  if (shapes !== undefined) work.tally.observe(shapes, items, computeMs);
  // A batch that waited in the executor shows no time outside of it.
  if (beganAt > startedAt || tookMs <= 0) return;
  work.overhead += overheadWeight * ((tookMs - computeMs) / tookMs - work.overhead);
}
