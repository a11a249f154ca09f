// The load that selection reads: eight numbers for each candidate, next to each other in one array.

/**
 * Numbers of candidate `i`, from `loadFields * i`. Each describes its callable replica that is free first, or a local one
 * that is as good.
 */
export type CandidateLoads = Float64Array;

export const loadFields = 8;
/**
 * Offsets of the numbers.
 * - `freeAt`: time at which the replica can start one more item. In the past if it is idle, Infinity if none can be called.
 * - `aheadItems`: items at the replica that have not been answered.
 * - `hopMs`: median time that a query spends between router and worker.
 * - `hopTailMs`: 99th percentile of that time.
 * - `reserveMs`: time to add to the wait, so that the worker refuses few queries.
 * - `marginMs`: time by which few answers come later than predicted. Negative if predictions are too long.
 * - `maxWaitMs`: maximum wait of a query, because the queue is longer than it needs to be. Infinity if there is none.
 * - `service`: time of the query's own batch divided by the profiled 99th percentile, from `serviceFactorOf`.
 */
export const loadField = {
  freeAt: 0,
  aheadItems: 1,
  hopMs: 2,
  hopTailMs: 3,
  reserveMs: 4,
  marginMs: 5,
  service: 6,
  maxWaitMs: 7,
} as const;

/**
 * Returns the time to allow for the way between router and worker, of a query with this latency limit. From `pauseShare` of the
 * limit on, the tail of the way shows pauses, which no query avoids.
 */
export const wayMsOf = (hopMs: number, hopTailMs: number, latencyMs: number, pauseShare: number): number =>
  Math.min(hopTailMs, hopMs + pauseShare * latencyMs);

/** Creates the loads of `count` candidates. Those of `before` are kept, others cannot be called. */
export function createCandidateLoads(count: number, before: CandidateLoads = new Float64Array(0)): CandidateLoads {
  const loads = new Float64Array(loadFields * count);
  for (let at = 0; at < loads.length; at += loadFields) {
    loads[at + loadField.freeAt] = Infinity;
    loads[at + loadField.service] = 1;
    loads[at + loadField.maxWaitMs] = Infinity;
  }
  loads.set(before.subarray(0, loads.length));
  return loads;
}
