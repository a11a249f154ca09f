// Fair sharing of the slots of a worker between tasks and classes of objectives, while queries wait.

import type { HardwareClassId, Objective, WorkerId } from '@pareto/core';

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
  /** Time of a batch as which shorter ones count, in ms, so that limits are longer than what chance makes queries wait. */
  readonly minBatchMs: number;
  /** Limits of a class by how much its admitted share exceeds the smallest one of the others, the strictest first. */
  readonly limits: readonly { readonly aboveRatio: number; readonly maxWaitBatches: number }[];
}

export const defaultShareParams: ShareParams = {
  lastingMs: 200,
  scarceMs: 1_000,
  windowMs: 250,
  minOffered: 3,
  quietRatio: 0.5,
  minBatchMs: 10,
  limits: [
    { aboveRatio: 1.08, maxWaitBatches: 0.5 },
    { aboveRatio: 1.04, maxWaitBatches: 2 },
  ],
};

export interface ClassShares {
  /**
   * Returns whether a query with `slackMs` to wait takes part. One with less time than the strictest limit allows does not: limits
   * would cost the others much, and help it little.
   */
  includes(slackMs: number, batchMs: number): boolean;
  /** Returns the maximum wait of a query, in batches. Infinity if its class is not limited now, negative if it gets nothing. */
  maxWaitBatches(slots: Slots, task: string, objective: Objective, at: Waiting, now: number): number;
  /** Records an offered query. */
  record(slots: Slots, task: string, objective: Objective, offered: OfferedQuery, now: number): void;
  /** Adds items to the admitted ones: of a query that is sent again, or, if negative, of one that a worker refused. */
  admit(slots: Slots, task: string, objective: Objective, items: number, now: number): void;
}

/** The slots of a class on a worker, which the replicas there share. */
export interface Slots {
  readonly worker: WorkerId;
  readonly hardwareClass: HardwareClassId;
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
const octaveOf = ({ latencyMs }: Objective): number =>
  Math.max(0, Math.min(octaves - 1, Math.round(2 * Math.log2(Math.max(1, latencyMs)))));

export const batchesOf = (waitMs: number, batchMs: number): number =>
  waitMs === 0 ? 0 : waitMs / Math.max(batchMs, 1e-3);

/** A maximum that no wait meets. */
const never = -1;

/** Number of windows in which items are counted. */
const windows = 4;

/** Queries of one task with similar objectives. */
interface ShareClass {
  /** Items by window, and their sums. */
  readonly offered: Float64Array;
  readonly admitted: Float64Array;
  offeredSum: number;
  admittedSum: number;
  /** The candidate at which the last query would wait. */
  last: Waiting;
}

interface SlotShares {
  /** Classes with items in the last second, or about that. */
  classes: ShareClass[];
  /** Classes by octave of each task. */
  readonly byTask: Map<string, (ShareClass | undefined)[]>;
  /** Number of the current window. */
  window: number;
  /** Last time at which a query waited for less than a batch. */
  calmAt: number;
  /** Last time at which a query was rejected because of the load. */
  rejectedAt: number;
}

/** Creates the shares of all slots. `waitMsOf` returns the wait at a candidate now. */
export function createClassShares(
  waitMsOf: (candidate: number, now: number) => number,
  params: ShareParams,
): ClassShares {
  const { windowMs } = params;
  const workers = new Map<WorkerId, Map<HardwareClassId, SlotShares>>();

  const isScarce = ({ calmAt, rejectedAt }: SlotShares, now: number): boolean =>
    now - calmAt >= params.lastingMs || now - rejectedAt < params.scarceMs;

  function sharesOf({ worker, hardwareClass }: Slots, now: number): SlotShares {
    const known = workers.get(worker)?.get(hardwareClass);
    if (known !== undefined) return known;
    dropUnused(now);
    const created = createShares(Math.floor(now / windowMs), now);
    const own = workers.get(worker) ?? new Map<HardwareClassId, SlotShares>();
    workers.set(worker, own.set(hardwareClass, created));
    return created;
  }
  function dropUnused(now: number): void {
    for (const [worker, byClass] of workers) {
      for (const [hardwareClass, { window }] of byClass)
        if (Math.floor(now / windowMs) - window > windows) byClass.delete(hardwareClass);
      if (byClass.size === 0) workers.delete(worker);
    }
  }
  const longer = (batchMs: number): number => Math.max(batchMs, params.minBatchMs);
  const leastWaitBatches = Math.min(...params.limits.map(({ maxWaitBatches }) => maxWaitBatches));
  return {
    includes: (slackMs, batchMs) => batchesOf(slackMs, batchMs) >= leastWaitBatches,
    maxWaitBatches({ worker, hardwareClass }, task, objective, { candidate, batchMs }, now) {
      const shares = workers.get(worker)?.get(hardwareClass);
      if (shares === undefined || !isScarce(shares, now)) return Infinity;
      advance(shares, Math.floor(now / windowMs));
      const own = shares.byTask.get(task)?.[octaveOf(objective)];
      if (own === undefined) return Infinity;
      const least = leastAdmitted(shares, own, params.minOffered);
      if (least === undefined) return Infinity;
      // A class that takes far less of the slots than another one is not why that one waits, however much of it is rejected.
      if (workOf(own) <= params.quietRatio * workOf(least)) return Infinity;
      const ratio = admittedShare(own) / admittedShare(least);
      const limit = params.limits.find(({ aboveRatio }) => ratio > aboveRatio);
      if (limit === undefined) return Infinity;
      const { last } = least;
      const maxWaitBatches = batchesOf(limit.maxWaitBatches * longer(batchMs), batchMs);
      if (last.candidate === candidate) return maxWaitBatches;
      // Its queries may be due before those that wait at other replicas on the same slots, and do not wait themselves.
      const waitBatches = batchesOf(waitMsOf(last.candidate, now), longer(last.batchMs));
      return waitBatches > limit.maxWaitBatches ? never : maxWaitBatches;
    },
    record(slots, task, objective, offered, now) {
      const { items, isAdmitted, waitMs, batchMs } = offered;
      const shares = sharesOf(slots, now);
      advance(shares, Math.floor(now / windowMs));
      if (waitMs < longer(batchMs)) shares.calmAt = now;
      if (!isAdmitted) shares.rejectedAt = now;
      const own = classOf(shares, task, octaveOf(objective), offered);
      const at = shares.window % windows;
      own.offered[at] = (own.offered[at] ?? 0) + items;
      own.offeredSum += items;
      own.last = offered;
      if (isAdmitted) addAdmitted(shares, own, items);
    },
    admit({ worker, hardwareClass }, task, objective, items, now) {
      const shares = workers.get(worker)?.get(hardwareClass);
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
});

function addAdmitted({ window }: SlotShares, own: ShareClass, items: number): void {
  const at = window % windows;
  own.admitted[at] = (own.admitted[at] ?? 0) + items;
  own.admittedSum += items;
}

function classOf({ classes, byTask }: SlotShares, task: string, octave: number, last: Waiting): ShareClass {
  const ofTask = byTask.get(task) ?? [];
  const known = ofTask[octave];
  if (known !== undefined) return known;
  const created: ShareClass = {
    offered: new Float64Array(windows),
    admitted: new Float64Array(windows),
    offeredSum: 0,
    admittedSum: 0,
    last,
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
      one.offered[at] = one.admitted[at] = 0;
    }
    one.offeredSum = sumOf(one.offered);
    one.admittedSum = sumOf(one.admitted);
  }
  shares.window = window;
  if (shares.classes.every(({ offeredSum }) => offeredSum > 0)) return;
  shares.classes = shares.classes.filter(({ offeredSum }) => offeredSum > 0);
  for (const [task, ofTask] of shares.byTask) {
    for (const [octave, one] of ofTask.entries()) if (one?.offeredSum === 0) ofTask[octave] = undefined;
    if (ofTask.every((one) => one === undefined)) shares.byTask.delete(task);
  }
}

function sumOf(items: Float64Array): number {
  let sum = 0;
  for (const each of items) sum += each;
  return sum;
}

/** Refusals can outnumber the admitted items of the last second, because workers refuse queries that were admitted before. */
const admittedShare = ({ offeredSum, admittedSum }: ShareClass): number =>
  offeredSum === 0 ? 0 : Math.max(0, admittedSum) / offeredSum;

/** Returns the time of slots that the admitted items take. */
const workOf = ({ admittedSum, last }: ShareClass): number => Math.max(0, admittedSum) * last.itemMs;

/** Returns the other class with so many items that has the smallest admitted share. Undefined if there is none. */
function leastAdmitted({ classes }: SlotShares, own: ShareClass, minOffered: number): ShareClass | undefined {
  let least: ShareClass | undefined;
  for (const one of classes) {
    if (one === own || one.offeredSum < minOffered) continue;
    if (least === undefined || admittedShare(one) < admittedShare(least)) least = one;
  }
  return least;
}
