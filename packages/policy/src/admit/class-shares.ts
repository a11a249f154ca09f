// Fair sharing of the slots of a worker between tasks and classes of objectives, while queries wait.

import type { HardwareClassId, Objective, WorkerId } from '@pareto/core';
import type { ShareClass, Slots, SlotShares } from '../route/slot-shares.js';

export interface ShareParams {
  /** Time for which queries must have waited for more than a batch until classes are limited, in ms. */
  readonly lastingMs: number;
  /** Time for which classes are limited after a query was rejected, in ms. */
  readonly scarceMs: number;
  /** Items of a class in the last second from which on its admitted share limits others. */
  readonly minOffered: number;
  /** Length of each of the four windows in which offered and admitted items are counted, in ms. */
  readonly windowMs: number;
  /** Slot time of a class, as a share of that of the one with the smallest admitted share, up to which it is not limited. */
  readonly quietRatio: number;
  /** Slot time of a class in the last second, in ms, up to which it is not limited either. */
  readonly quietMs: number;
  /** Time of a batch as which shorter ones count, in ms, so that limits are longer than what chance makes queries wait. */
  readonly minBatchMs: number;
  /** Time that a query must have to wait for its class to count, in batches. */
  readonly minSlackBatches: number;
  /** Limits of a class by how much its admitted share exceeds the smallest one of the others, the strictest first. */
  readonly limits: readonly { readonly aboveRatio: number; readonly maxWaitBatches: number }[];
}

export const defaultShareParams: ShareParams = {
  lastingMs: 200,
  scarceMs: 1_000,
  windowMs: 250,
  minOffered: 3,
  quietRatio: 0.5,
  quietMs: 20,
  minBatchMs: 10,
  minSlackBatches: 0.5,
  limits: [
    { aboveRatio: 1.08, maxWaitBatches: 2 },
    { aboveRatio: 1.04, maxWaitBatches: 4 },
  ],
};

export interface ClassShares {
  /**
   * Returns whether a query with `slackMs` to wait takes part. One with less time than `minSlackBatches` does not: limits
   * would cost the others much, and help it little.
   */
  includes(slackMs: number, batchMs: number): boolean;
  /** Returns the maximum wait of a query, in batches. Infinity if its class is not limited now, negative if it gets nothing. */
  maxWaitBatches(
    slots: Slots,
    task: string,
    objective: Objective,
    at: Pick<Waiting, 'candidate' | 'batchMs'>,
    now: number,
  ): number;
  /** Records an offered query. */
  record(slots: Slots, task: string, objective: Objective, offered: OfferedQuery, now: number): void;
  /** Adds items to the admitted ones: of a query that is sent again, or, if negative, of one that a worker refused. */
  admit(slots: Slots, task: string, objective: Objective, items: number, now: number): void;
}

/** The candidate at which a query would wait, and for how long. */
interface Waiting {
  /** Index of the candidate. */
  readonly candidate: number;
  readonly waitMs: number;
  /** Expected time of a batch at the ceiling. */
  readonly batchMs: number;
  /** Time of a slot that an item of such a batch takes. */
  readonly itemMs: number;
}

interface OfferedQuery extends Waiting {
  readonly items: number;
  readonly isAdmitted: boolean;
}

/** Objectives are grouped by half octaves of the latency, from 1 ms to 46 s. */
const octaves = 32;
function octaveOf({ latencyMs }: Objective): number {
  // A decision needs it more than once.
  if (latencyMs === last.latencyMs) return last.octave;
  last.latencyMs = latencyMs;
  last.octave = Math.max(0, Math.min(octaves - 1, Math.round(2 * Math.log2(Math.max(1, latencyMs)))));
  return last.octave;
}
const last = { latencyMs: 1, octave: 0 };

export const batchesOf = (waitMs: number, batchMs: number): number =>
  waitMs === 0 ? 0 : waitMs / Math.max(batchMs, 1e-3);

/** A maximum that no wait meets. */
const never = -1;

/** Number of windows in which items are counted. */
const windows = 4;

/** Creates the shares of all slots. `waitMsOf` returns the wait at a candidate now. */
export function createClassShares(
  waitMsOf: (candidate: number, now: number) => number,
  params: ShareParams,
): ClassShares {
  const { windowMs } = params;
  const workers = new Map<WorkerId, Map<HardwareClassId, SlotShares>>();

  const isScarce = ({ calmAt, rejectedAt }: SlotShares, now: number): boolean =>
    now - calmAt >= params.lastingMs || now - rejectedAt < params.scarceMs;

  /** Returns undefined if the slots were not used for a while. */
  function sharesOf(slots: Slots): SlotShares | undefined {
    if (slots.shares?.isDropped === false) return slots.shares;
    return (slots.shares = workers.get(slots.worker)?.get(slots.hardwareClass));
  }
  function addShares(slots: Slots, now: number): SlotShares {
    dropUnused(now);
    const created = createShares(Math.floor(now / windowMs), now);
    const own = workers.get(slots.worker) ?? new Map<HardwareClassId, SlotShares>();
    workers.set(slots.worker, own.set(slots.hardwareClass, created));
    return (slots.shares = created);
  }
  function dropUnused(now: number): void {
    for (const [worker, byClass] of workers) {
      for (const [hardwareClass, shares] of byClass) {
        if (Math.floor(now / windowMs) - shares.window <= windows) continue;
        shares.isDropped = true;
        byClass.delete(hardwareClass);
      }
      if (byClass.size === 0) workers.delete(worker);
    }
  }
  const longer = (batchMs: number): number => Math.max(batchMs, params.minBatchMs);
  return {
    includes: (slackMs, batchMs) => batchesOf(slackMs, batchMs) >= params.minSlackBatches,
    maxWaitBatches(slots, task, objective, { candidate, batchMs }, now) {
      const shares = sharesOf(slots);
      if (shares === undefined || !isScarce(shares, now)) return Infinity;
      advance(shares, Math.floor(now / windowMs));
      const own = shares.byTask.get(task)?.[octaveOf(objective)];
      if (own === undefined) return Infinity;
      const least = leastAdmitted(shares, own, params.minOffered);
      if (least === undefined) return Infinity;
      // A class that takes far less of the slots than another one is not why that one waits, however much of it is rejected.
      if (workOf(own) <= Math.max(params.quietMs, params.quietRatio * workOf(least))) return Infinity;
      const ratio = admittedShare(own) / admittedShare(least);
      const limit = params.limits.find(({ aboveRatio }) => ratio > aboveRatio);
      if (limit === undefined) return Infinity;
      const maxWaitBatches = batchesOf(limit.maxWaitBatches * longer(batchMs), batchMs);
      if (least.candidate === candidate) return maxWaitBatches;
      // Its queries may be due before those that wait at other replicas on the same slots, and do not wait themselves.
      const waitBatches = batchesOf(waitMsOf(least.candidate, now), longer(least.batchMs));
      return waitBatches > limit.maxWaitBatches ? never : maxWaitBatches;
    },
    record(slots, task, objective, offered, now) {
      const { items, isAdmitted, candidate, waitMs, batchMs, itemMs } = offered;
      const shares = sharesOf(slots) ?? addShares(slots, now);
      advance(shares, Math.floor(now / windowMs));
      if (waitMs < longer(batchMs)) shares.calmAt = now;
      if (!isAdmitted) shares.rejectedAt = now;
      const own = classOf(shares, task, octaveOf(objective));
      const at = shares.window % windows;
      own.items[at] = (own.items[at] ?? 0) + items;
      own.offeredSum += items;
      own.candidate = candidate;
      own.batchMs = batchMs;
      own.itemMs = itemMs;
      if (isAdmitted) addAdmitted(shares, own, items);
    },
    admit(slots, task, objective, items, now) {
      const shares = sharesOf(slots);
      if (shares === undefined) return;
      advance(shares, Math.floor(now / windowMs));
      const own = shares.byTask.get(task)?.[octaveOf(objective)];
      if (own !== undefined) addAdmitted(shares, own, items);
    },
  };
}

const createShares = (window: number, now: number): SlotShares => ({
  classes: [],
  byTask: new Map(),
  window,
  calmAt: now,
  rejectedAt: -Infinity,
  isDropped: false,
});

function addAdmitted({ window }: SlotShares, own: ShareClass, items: number): void {
  const at = windows + (window % windows);
  own.items[at] = (own.items[at] ?? 0) + items;
  own.admittedSum += items;
}

function classOf({ classes, byTask }: SlotShares, task: string, octave: number): ShareClass {
  const ofTask = byTask.get(task) ?? [];
  const known = ofTask[octave];
  if (known !== undefined) return known;
  const created: ShareClass = {
    items: new Float64Array(2 * windows),
    offeredSum: 0,
    admittedSum: 0,
    candidate: 0,
    batchMs: 0,
    itemMs: 0,
  };
  ofTask[octave] = created;
  byTask.set(task, ofTask);
  classes.push(created);
  return created;
}

/** Forgets the windows that are older than a second, and the classes without items since then. */
function advance(shares: SlotShares, window: number): void {
  const passed = Math.min(windows, window - shares.window);
  if (passed <= 0) return;
  for (const one of shares.classes) {
    for (let ahead = 1; ahead <= passed; ahead++) {
      const at = (shares.window + ahead) % windows;
      one.items[at] = one.items[windows + at] = 0;
    }
    one.offeredSum = sumOf(one.items, 0);
    one.admittedSum = sumOf(one.items, windows);
  }
  shares.window = window;
  if (shares.classes.every(({ offeredSum }) => offeredSum > 0)) return;
  shares.classes = shares.classes.filter(({ offeredSum }) => offeredSum > 0);
  for (const [task, ofTask] of shares.byTask) {
    for (const [octave, one] of ofTask.entries()) if (one?.offeredSum === 0) ofTask[octave] = undefined;
    if (ofTask.every((one) => one === undefined)) shares.byTask.delete(task);
  }
}

/** Returns the sum over the windows from an index on. */
function sumOf(items: Float64Array, from: number): number {
  let sum = 0;
  for (let at = from; at < from + windows; at++) sum += items[at] ?? 0;
  return sum;
}

/** Refusals can outnumber the admitted items of the last second, because workers refuse queries that were admitted before. */
const admittedShare = ({ offeredSum, admittedSum }: ShareClass): number =>
  offeredSum === 0 ? 0 : Math.max(0, admittedSum) / offeredSum;

/** Returns the time of slots that the admitted items take. */
const workOf = ({ admittedSum, itemMs }: ShareClass): number => Math.max(0, admittedSum) * itemMs;

/** Returns the other class with so many items that has the smallest admitted share. Undefined if there is none. */
function leastAdmitted({ classes }: SlotShares, own: ShareClass, minOffered: number): ShareClass | undefined {
  let least: ShareClass | undefined;
  for (const one of classes) {
    if (one === own || one.offeredSum < minOffered) continue;
    if (least === undefined || admittedShare(one) < admittedShare(least)) least = one;
  }
  return least;
}
