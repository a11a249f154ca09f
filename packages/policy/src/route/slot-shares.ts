// What admission counts on slots. Replicas have it, so that no map of all workers is searched for each query.

import type { HardwareClassId, WorkerId } from '@pareto/core';

/** The slots of a class on a worker, which the replicas there share. */
export interface Slots {
  readonly worker: WorkerId;
  readonly hardwareClass: HardwareClassId;
  /** The shares that were found last. They may have been dropped since then. */
  shares?: SlotShares | undefined;
}

export interface SlotShares {
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
  /** Set once the slots were not used for a while. */
  isDropped: boolean;
}

/** Queries of one task with similar objectives. */
export interface ShareClass {
  /** Offered items by window, and behind them the admitted ones. */
  readonly items: Float64Array;
  offeredSum: number;
  admittedSum: number;
  /** Index of the candidate at which the last query would wait, and the expected times of a batch and of an item there. */
  candidate: number;
  batchMs: number;
  itemMs: number;
}
