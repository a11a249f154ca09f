// The slots of one hardware class on a worker: who gets a free slot, and which batches a replica starts on its slot.

import { removeRange, type ReplicaLoad, type Shapes } from '@pareto/core';
import { planBatchRetry, type BatchFailure } from '../retry/plan-batch-retry.js';
import { maySendAhead } from './may-send-ahead.js';
import { SlotWaits } from './slot-waits.js';
import { pickWaiting } from './pick-waiting.js';
import { ReplicaTimes } from './replica-times.js';
import {
  createReplicaWork,
  expectedMs,
  leftMs,
  observeRun,
  overdueMs,
  runningItems,
  sizeOf,
  type EndedRun,
  type ReplicaSettings,
  type ReplicaWork,
  type RunningBatch,
} from './replica-work.js';
import { defaultSlotParams, type SlotParams } from './slot-params.js';
import { createStepSlots } from './step-slots.js';
import type { QueueBounds, QueuedQuery, QueueRejection } from './queued-query.js';
import type { QueueEntry, QueueTimes, RejectedQuery } from './query-queue.js';
import type { SlotEffect } from './slot-effect.js';

/** List that effects are appended to. */
interface EffectList<E> {
  push(effect: E): void;
}

/** Methods that take effects append what has to be done, in order. The times are those of the events, in their order. */
export interface SlotScheduler<R, Q extends QueuedQuery, W> {
  /** Adds a replica, and returns its work, by which the other methods know it. */
  add(replica: R, settings: ReplicaSettings, bounds: QueueBounds): ReplicaWork<R, Q>;
  update(work: ReplicaWork<R, Q>, settings: ReplicaSettings, now: number, effects: SlotEffects<R, Q, W>): void;
  remove(work: ReplicaWork<R, Q>, now: number, effects: SlotEffects<R, Q, W>): void;
  /** The replica has an executor, or another one. */
  attach(work: ReplicaWork<R, Q>, now: number, effects: SlotEffects<R, Q, W>): void;
  /** The executor has ended, or is not used any more. */
  detach(work: ReplicaWork<R, Q>, now: number, effects: SlotEffects<R, Q, W>): void;
  queue(work: ReplicaWork<R, Q>, query: Q, now: number, effects: SlotEffects<R, Q, W>): void;
  cancel(work: ReplicaWork<R, Q>, query: Q, now: number, effects: SlotEffects<R, Q, W>): void;
  /** No queued query of the replica will be run. */
  close(work: ReplicaWork<R, Q>, now: number, effects: SlotEffects<R, Q, W>): void;
  end(work: ReplicaWork<R, Q>, batch: RunningBatch<Q>, run: EndedRun, now: number, effects: SlotEffects<R, Q, W>): void;
  /** A run takes so much longer than expected that it may never end. */
  giveUpSlot(work: ReplicaWork<R, Q>, now: number, effects: SlotEffects<R, Q, W>): void;
  /** A step needs a slot. With `isIdle`, it gets one only while nothing else waits for one. */
  request(waiter: W, isIdle: boolean, now: number, effects: SlotEffects<R, Q, W>): void;
  withdraw(waiter: W): void;
  /** A step gave its slot back. */
  release(waiter: W, now: number, effects: SlotEffects<R, Q, W>): void;
  load(work: ReplicaWork<R, Q>, now: number): ReplicaLoad;
  /** Returns whether no query is queued or runs whose caller has not cancelled it. */
  isDone(work: ReplicaWork<R, Q>): boolean;
  /** Returns the number of replicas and steps that wait for a slot, without those that wait for an idle one. */
  waiting(): number;
}

type SlotEffects<R, Q extends QueuedQuery, W> = EffectList<SlotEffect<R, Q, W>>;

/** The expected times that a queue reads now, of all schedulers. */
let times: ReplicaTimes | undefined;

export function createSlotScheduler<R, Q extends QueuedQuery, W>(
  slots: number,
  params: SlotParams = defaultSlotParams,
): SlotScheduler<R, Q, W> {
  type Work = ReplicaWork<R, Q>;
  type Effects = SlotEffects<R, Q, W>;
  /** Replicas that wait for a slot, in the order in which they began to. */
  const waitingReplicas: Work[] = [];
  const waiters: { readonly waiter: W; readonly since: number }[] = [];
  /** Steps that get a slot only while nothing else waits for one. */
  const idleWaiters: W[] = [];
  /** Replicas that hold a slot. */
  const holders: Work[] = [];
  /** Queries in flight whose caller cancelled them. */
  const cancelled = new Set<Q>();
  const steps = createStepSlots<W>();
  let free = slots;
  const slotWaits = new SlotWaits(slots);
  const rejected: RejectedQuery<Q>[] = [];

  function refresh(work: Work, now: number): void {
    const items = runningItems(work) || Math.min(work.queue.items(), work.settings.ceiling);
    const shapes = (work.inFlight[0] ?? work.queue.first())?.shapes;
    slotWaits.set(work, items === 0 ? 0 : expectedMs(work, items, shapes, now));
  }

  function waitForSlot(work: Work, now: number): void {
    if (work.waitsSince < Infinity) return;
    work.waitsSince = now;
    waitingReplicas.push(work);
  }
  function endWait(work: Work): void {
    if (work.waitsSince === Infinity) return;
    work.waitsSince = Infinity;
    removeRange(waitingReplicas, waitingReplicas.indexOf(work));
  }
  function takeSlot(work: Work): void {
    endWait(work);
    free -= 1;
    work.holdsSlot = true;
    holders.push(work);
  }
  function giveSlotBack(work: Work): void {
    if (!work.holdsSlot) return;
    free += 1;
    work.holdsSlot = false;
    removeRange(holders, holders.indexOf(work));
  }

  /** Gives free slots to those that wait: first to those that wait for too long, then by the due time of the query. */
  function grantSlots(now: number, effects: Effects): void {
    while (free > 0 && othersWait()) {
      const [step] = waiters;
      const next = pickWaiting(waitingReplicas, step?.since ?? Infinity, now, params);
      if (next !== undefined) {
        takeSlot(next);
        startBatches(next, now, effects);
        refresh(next, now);
      } else if (step !== undefined) {
        waiters.shift();
        grantStep(step.waiter, now, effects);
      }
    }
    while (free > 0 && idleWaiters.length > 0)
      for (const waiter of idleWaiters.splice(0, 1)) grantStep(waiter, now, effects);
  }
  function grantStep(waiter: W, now: number, effects: Effects): void {
    free -= 1;
    steps.hold(waiter, now);
    effects.push({ kind: 'grant', waiter });
  }

  /** Starts what the replica may start now. Requests or gives back its slot. */
  function pump(work: Work, now: number, effects: Effects): void {
    if (!work.isAttached || work.isOverdue) {
      giveSlotBack(work);
      endWait(work);
    } else if (work.holdsSlot) startBatches(work, now, effects);
    else if (work.queue.length() === 0) endWait(work);
    else waitForSlot(work, now);
    grantSlots(now, effects);
    refresh(work, now);
  }

  function startBatches(work: Work, now: number, effects: Effects): void {
    const { inFlight, settings } = work;
    while (inFlight.length === 0 || sendsAhead(work)) {
      const entries = takeBatch(work, now, effects);
      if (entries.length === 0) break;
      const items = itemsOf(entries);
      const size = sizeOf(settings, items);
      const shapes = entries[0]?.query.shapes;
      const runMs = work.estimate.p50(size, now, shapes);
      const batch = {
        entries,
        items,
        size,
        shapes,
        startedAt: now,
        expectedMs: runMs,
        overdueMs: overdueMs(runMs, params),
      };
      if (inFlight.length === 0) work.beganAt = now;
      inFlight.push(batch);
      effects.push({ kind: 'start', replica: work.replica, batch });
    }
    if (inFlight.length === 0) giveSlotBack(work);
  }

  /** Returns the next batch of a replica, and rejects the queries that it leaves behind. */
  function takeBatch(work: Work, now: number, effects: Effects): readonly QueueEntry<Q>[] {
    const { inFlight, queue } = work;
    const isOnly = inFlight.length === 0 && queue.length() === 1 && !othersWait();
    const next = timesOf(work, now);
    next.startsAt = now + leftMs(work, now);
    next.divisor = isOnly ? doubtOf(work, queue.first()?.shapes, now) : 1;
    const entries = queue.take(now, next, rejected);
    for (const { query, reason } of rejected) effects.push(rejection(work, query, reason, now));
    removeRange(rejected, 0, rejected.length);
    return entries;
  }

  const sendsAhead = ({ inFlight, queue, settings, overhead }: Work): boolean =>
    maySendAhead(
      {
        inFlight: inFlight.length,
        queuedItems: queue.items(),
        ceiling: settings.ceiling,
        overhead,
        othersWait: othersWait(),
      },
      params,
    );
  const othersWait = (): boolean => waitingReplicas.length + waiters.length > 0;
  /**
   * Returns the factor by which the expected time of a query may be too long: that by which batches took longer than profiled, if they
   * may have had other shapes.
   */
  const doubtOf = ({ estimate }: Work, shapes: Shapes | undefined, now: number): number =>
    shapes === undefined ? 1 : Math.max(1, estimate.typical(now));

  /** Returns when the next batches of a replica start. Undefined if it has no executor. */
  function batchTimes(work: Work, shapes: Shapes | undefined, now: number): QueueTimes | undefined {
    if (!work.isAttached) return undefined;
    const next = timesOf(work, now);
    next.batchMs = expectedMs(work, next.ceiling, shapes, now);
    next.startsAt = now + leftMs(work, now) + slotFreeMs(work, now);
    next.everyMs = next.batchMs + slotWaits.waitMs(work);
    next.divisor = 1;
    next.isIdle = isIdle(work);
    next.doubt = next.isIdle ? doubtOf(work, shapes, now) : 1;
    return next;
  }
  function timesOf(work: Work, now: number): ReplicaTimes {
    times ??= new ReplicaTimes(work);
    times.work = work;
    times.now = now;
    times.ceiling = work.settings.ceiling;
    return times;
  }

  const rejection = (work: Work, query: Q, reason: QueueRejection | 'closed', now: number) =>
    ({
      kind: 'reject',
      query,
      reason,
      deaths: 0,
      neededMs: leftMs(work, now) + expectedMs(work, query.items, query.shapes, now),
    }) as const;

  function enqueue(work: Work, query: Q, now: number, effects: Effects): void {
    const outcome = work.queue.push(query, now, batchTimes(work, query.shapes, now));
    if (outcome !== 'queued') effects.push(rejection(work, query, outcome, now));
    pump(work, now, effects);
  }

  function endRun(work: Work, batch: RunningBatch<Q>, run: EndedRun, now: number, effects: Effects): void {
    const index = work.inFlight.indexOf(batch);
    if (index < 0) return;
    removeRange(work.inFlight, index);
    if (index === 0) work.beganAt = now;
    work.isOverdue = false;
    if (run.outcome === 'done') observeRun(work, batch, run, params, now);
    else retryOrFail(work, batch, run.outcome, effects);
    if (cancelled.size > 0) for (const { query } of batch.entries) cancelled.delete(query);
    const hasDied = run.outcome === 'died-running' || run.outcome === 'died-waiting';
    // A batch that was started before may have run on the executor that this one replaced.
    if (hasDied && batch.startedAt >= work.attachedAt) work.isAttached = false;
    // The slot goes to the most urgent replica, which may be this one.
    if (work.inFlight.length === 0) giveSlotBack(work);
    pump(work, now, effects);
  }

  function retryOrFail(work: Work, { entries }: RunningBatch<Q>, failure: BatchFailure, effects: Effects): void {
    const { retry, fail } = planBatchRetry(entries, failure);
    work.queue.putBack(retry.filter(({ query }) => !cancelled.has(query)));
    for (const { query } of fail)
      if (!cancelled.has(query)) effects.push({ kind: 'fail', replica: work.replica, query, failure });
  }

  /** Returns the predicted time until the first slot is free, if the replica holds none. */
  function slotFreeMs(work: Work, now: number): number {
    if (work.holdsSlot || free > 0) return 0;
    let soonest = steps.leftMs(now);
    for (const holder of holders) soonest = Math.min(soonest, leftMs(holder, now));
    return soonest === Infinity ? 0 : soonest;
  }

  /** Returns whether a query would start immediately. A run that takes longer than expected has no time left, but is not over. */
  const isIdle = (work: Work): boolean =>
    work.inFlight.length === 0 && work.queue.length() === 0 && (work.holdsSlot || free > 0);

  function setAttached(work: Work, isAttached: boolean, now: number, effects: Effects): void {
    work.isAttached = isAttached;
    pump(work, now, effects);
  }

  return {
    add: (replica, settings, bounds) => createReplicaWork<R, Q>(replica, settings, bounds, params),
    update(work, settings, now, effects) {
      work.settings = settings;
      work.estimate.setProfile(settings.profile);
      pump(work, now, effects);
    },
    remove(work, now, effects) {
      setAttached(work, false, now, effects);
      slotWaits.set(work, 0);
    },
    attach(work, now, effects) {
      work.attachedAt = now;
      setAttached(work, true, now, effects);
    },
    detach: (work, now, effects) => setAttached(work, false, now, effects),
    queue: enqueue,
    cancel(work, query, now, effects) {
      if (work.queue.cancel(query)) pump(work, now, effects);
      else if (work.inFlight.some(({ entries }) => entries.some((entry) => entry.query === query)))
        cancelled.add(query);
    },
    close(work, now, effects) {
      for (const { query, deaths } of work.queue.takeAll())
        effects.push({ ...rejection(work, query, 'closed', now), deaths });
      pump(work, now, effects);
    },
    end: endRun,
    giveUpSlot(work, now, effects) {
      work.isOverdue = true;
      pump(work, now, effects);
    },
    request(waiter, onlyIdle, now, effects) {
      if (onlyIdle) idleWaiters.push(waiter);
      else waiters.push({ waiter, since: now });
      grantSlots(now, effects);
    },
    withdraw(waiter) {
      const index = waiters.findIndex((one) => one.waiter === waiter);
      if (index >= 0) waiters.splice(index, 1);
      const idleIndex = idleWaiters.indexOf(waiter);
      if (idleIndex >= 0) idleWaiters.splice(idleIndex, 1);
    },
    release(waiter, now, effects) {
      steps.release(waiter, now);
      free += 1;
      grantSlots(now, effects);
    },
    load: loadOf,
    isDone: ({ queue, inFlight }) =>
      queue.length() === 0 && inFlight.every(({ entries }) => entries.every(({ query }) => cancelled.has(query))),
    waiting: () => waitingReplicas.length + waiters.length,
  };

  function loadOf(work: Work, now: number): ReplicaLoad {
    const { queue, settings } = work;
    const { ceiling } = settings;
    // Queries tend to have shapes like those of the ones before.
    const shapes = queue.first()?.shapes ?? work.shapes;
    const batchMs = expectedMs(work, ceiling, shapes, now);
    const everyMs = batchMs + slotWaits.waitMs(work);
    const { typical, slow, interfered } = work.estimate.correction(now);
    const waitMs = leftMs(work, now) + slotFreeMs(work, now) + (queue.items() / ceiling) * everyMs;
    return {
      queuedItems: queue.items(),
      runningItems: runningItems(work),
      backlogMs: isIdle(work) ? 0 : work.wait.promisedMs(waitMs, batchMs, now),
      itemMs: everyMs / ceiling,
      typical,
      slow,
      interfered,
    };
  }
}

function itemsOf(entries: readonly QueueEntry<QueuedQuery>[]): number {
  let total = 0;
  for (const { query } of entries) total += query.items;
  return total;
}
