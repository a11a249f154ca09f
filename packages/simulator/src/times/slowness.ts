// The factor by which faults slow down batches.

import type { WorkerId } from '@pareto/core';
import type { Fault } from '../scenario/fault.js';

/** Returns a function of a worker and the time at which a batch starts. `startsAt` is the time from which those of faults count. */
export function createSlowness(faults: readonly Fault[], startsAt: number): (worker: WorkerId, now: number) => number {
  const slow = faults.filter((fault) => fault.kind === 'slow-service');
  if (slow.length === 0) return () => 1;
  return (id, now) => {
    let product = 1;
    for (const { atMs, untilMs, factor, worker } of slow)
      if ((worker === undefined || worker === id) && now >= startsAt + atMs && now < startsAt + untilMs)
        product *= factor;
    return product;
  };
}
