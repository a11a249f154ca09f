// The time that a router gives a worker for a query.

import type { Objective } from '@pareto/core';

interface Predicted {
  /** Predicted latency from the receipt of the headers, of which `elapsedMs` had passed. */
  readonly predictedMs: number;
  readonly elapsedMs: number;
  readonly waitMs: number;
}

/**
 * Returns the time within which the worker must answer: what the objective leaves after `elapsedMs`, without the way. `wayMsOf` returns the
 * way to allow for with a latency limit, and its median for a limit of 0.
 */
export function latencyLeftMs(
  { latencyMs, class: serviceClass }: Objective,
  elapsedMs: number,
  predicted: Predicted,
  wayMsOf: (latencyMs: number) => number,
): number {
  const idleMs = predicted.predictedMs - predicted.elapsedMs;
  const leftMs = latencyMs - elapsedMs - wayMsOf(latencyMs);
  // A replica does not stay idle for a long way that is rare.
  const leastMs = predicted.waitMs > 0 ? 0 : Math.min(latencyMs - elapsedMs - wayMsOf(0), idleMs);
  // A replica that is not idle any more refuses an offline query, which could only be on time without a wait.
  return Math.max(0, Math.min(Math.max(leftMs, leastMs), serviceClass === 'offline' ? idleMs : Infinity));
}
