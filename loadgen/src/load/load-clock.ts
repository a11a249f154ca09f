// The clock of a load, which wakes the open loop.

import type { Clock } from '@pareto/core';

/**
 * Calls `onDue` with the number of times that are due, of a schedule of ascending times, whenever it has grown. Resolves when
 * all are, or when the signal aborts. Rejects with the error that `onDue` throws.
 */
export type WakeAt = (
  times: Float64Array,
  onDue: (count: number) => void,
  signal: AbortSignal | undefined,
) => Promise<void>;

export interface LoadClock extends Clock {
  /** The open loop sleeps until each time if this is omitted. */
  readonly wakeAt?: WakeAt;
}
