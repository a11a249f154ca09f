// Fair sharing of a task's capacity between classes of objectives, while queries wait.

import type { Objective } from '@pareto/core';

interface ShareParams {
  /** Time for which queries must have waited for more than a batch until classes are limited. */
  readonly lastingMs: number;
  /** Time for which classes are limited after a query was rejected. */
  readonly scarceMs: number;
  /** Items of a class in the last second from which on its admitted share limits others. */
  readonly minOffered: number;
  /** Limits of a class by how much its admitted share exceeds the smallest one of the others, the strictest first. */
  readonly limits: readonly { readonly aboveRatio: number; readonly maxWaitBatches: number }[];
}

const defaultShareParams: ShareParams = {
  lastingMs: 200,
  scarceMs: 1_000,
  minOffered: 3,
  limits: [
    { aboveRatio: 1.1, maxWaitBatches: 0.5 },
    { aboveRatio: 1.05, maxWaitBatches: 2 },
  ],
};

export interface ClassShares {
  /** Returns the maximum wait of a query, in batches. Infinity if its class is not limited now, 0 if it is offline. */
  maxWaitBatches(task: string, objective: Objective, now: number): number;
  /**
   * Records an offered query: whether it was admitted, and the wait that was predicted, in batches of the candidate.
   */
  record(task: string, objective: Objective, offered: OfferedQuery, now: number): void;
}

interface OfferedQuery {
  readonly items: number;
  readonly isAdmitted: boolean;
  readonly waitBatches: number;
}

/** Classes are half octaves of the latency, from 1 ms to 46 s. */
const classes = 32;
const classOf = ({ latencyMs }: Objective): number =>
  Math.max(0, Math.min(classes - 1, Math.round(2 * Math.log2(Math.max(1, latencyMs)))));

/** The last second is kept in four windows. */
const windows = 4;
const windowMs = 250;

interface TaskShares {
  /** Items by window and class, and their sums by class. */
  readonly offered: Float64Array;
  readonly admitted: Float64Array;
  readonly offeredSums: Float64Array;
  readonly admittedSums: Float64Array;
  /** Number of the current window. */
  window: number;
  /** Last time at which a query waited for less than a batch. */
  calmAt: number;
  /** Last time at which a query was rejected because of the load. */
  rejectedAt: number;
}

export function createClassShares(params: ShareParams = defaultShareParams): ClassShares {
  const tasks = new Map<string, TaskShares>();

  const isScarce = ({ calmAt, rejectedAt }: TaskShares, now: number): boolean =>
    now - calmAt >= params.lastingMs || now - rejectedAt < params.scarceMs;

  function sharesOf(task: string, now: number): TaskShares {
    const shares = tasks.get(task) ?? createShares(now);
    tasks.set(task, shares);
    advance(shares, Math.floor(now / windowMs));
    return shares;
  }
  return {
    maxWaitBatches(task, objective, now) {
      if (objective.class === 'offline') return 0;
      const shares = tasks.get(task);
      if (shares === undefined || !isScarce(shares, now)) return Infinity;
      advance(shares, Math.floor(now / windowMs));
      const own = classOf(objective);
      const least = leastAdmitted(shares, own, params.minOffered);
      if (least === undefined) return Infinity;
      const ratio = admittedShare(shares, own) / least;
      return params.limits.find(({ aboveRatio }) => ratio > aboveRatio)?.maxWaitBatches ?? Infinity;
    },
    record(task, objective, { items, isAdmitted, waitBatches }, now) {
      // Offline queries are rejected whenever others run, which says nothing about the capacity for those.
      if (objective.class === 'offline') return;
      const shares = sharesOf(task, now);
      if (waitBatches < 1) shares.calmAt = now;
      if (!isAdmitted) shares.rejectedAt = now;
      const own = classOf(objective);
      add(shares.offered, shares.offeredSums, shares.window, own, items);
      if (isAdmitted) add(shares.admitted, shares.admittedSums, shares.window, own, items);
    },
  };
}

const createShares = (now: number): TaskShares => ({
  offered: new Float64Array(windows * classes),
  admitted: new Float64Array(windows * classes),
  offeredSums: new Float64Array(classes),
  admittedSums: new Float64Array(classes),
  window: Math.floor(now / windowMs),
  calmAt: now,
  rejectedAt: -Infinity,
});

function add(items: Float64Array, sums: Float64Array, window: number, of: number, count: number): void {
  const at = (window % windows) * classes + of;
  items[at] = (items[at] ?? 0) + count;
  sums[of] = (sums[of] ?? 0) + count;
}

/** Forgets the windows that are older than a second. */
function advance(shares: TaskShares, window: number): void {
  const passed = Math.min(windows, window - shares.window);
  if (passed <= 0) return;
  for (let ahead = 1; ahead <= passed; ahead++) {
    const from = ((shares.window + ahead) % windows) * classes;
    shares.offered.fill(0, from, from + classes);
    shares.admitted.fill(0, from, from + classes);
  }
  shares.window = window;
  for (let of = 0; of < classes; of++) {
    shares.offeredSums[of] = sumOf(shares.offered, of);
    shares.admittedSums[of] = sumOf(shares.admitted, of);
  }
}

function sumOf(items: Float64Array, of: number): number {
  let sum = 0;
  for (let at = of; at < items.length; at += classes) sum += items[at] ?? 0;
  return sum;
}

const admittedShare = ({ offeredSums, admittedSums }: TaskShares, of: number): number =>
  (offeredSums[of] ?? 0) === 0 ? 0 : (admittedSums[of] ?? 0) / (offeredSums[of] ?? 1);

/** Returns the smallest admitted share of the other classes with so many items. Undefined if there are none. */
function leastAdmitted(shares: TaskShares, own: number, minOffered: number): number | undefined {
  let least: number | undefined;
  for (let of = 0; of < classes; of++) {
    if (of === own || (shares.offeredSums[of] ?? 0) < minOffered) continue;
    const share = admittedShare(shares, of);
    if (least === undefined || share < least) least = share;
  }
  return least;
}
