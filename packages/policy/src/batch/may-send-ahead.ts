// The choice of whether a second batch is sent to an executor while one runs there.

import type { SlotParams } from './slot-params.js';

export interface ExecutorQueue {
  /** Number of batches in the executor. */
  readonly inFlight: number;
  readonly queuedItems: number;
  /** Maximum number of items in a batch. */
  readonly ceiling: number;
  /** Average share of a run's time outside of the executor. */
  readonly overhead: number;
  /** Set if other replicas or steps wait for a slot. The batch would run before them. */
  readonly othersWait: boolean;
}

/**
 * Returns whether the next batch may be sent ahead. Only a full one is, because each query that arrives meanwhile would
 * make another one larger, and a large batch takes less time per item.
 */
export const maySendAhead = (
  { inFlight, queuedItems, ceiling, overhead, othersWait }: ExecutorQueue,
  { maxInFlight, minOverhead }: Pick<SlotParams, 'maxInFlight' | 'minOverhead'>,
): boolean => inFlight < maxInFlight && queuedItems >= ceiling && overhead >= minOverhead && !othersWait;
