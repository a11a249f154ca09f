// Latencies as counts of few values, which can be stored for each interval and added up.

/** A latency in microseconds, rounded to 1 %, and the number of requests that had it. */
export type LatencyCount = readonly [us: number, count: number];

export interface LatencyTally {
  record(ms: number): void;
  /** Returns the counts by ascending latency. */
  list(): readonly LatencyCount[];
}

/** Logarithm of the ratio of two neighbouring latencies. */
export const latencyStep: number = Math.log(1.01);

/** Returns the index of a latency among the latencies that are counted apart, ascending. */
export const latencyIndex = (us: number): number => Math.round(Math.log(us) / latencyStep);

export function createLatencyTally(): LatencyTally {
  const counts = new Map<number, number>();
  return {
    record(ms) {
      const us = Math.max(1, ms * 1000);
      const index = latencyIndex(us);
      counts.set(index, (counts.get(index) ?? 0) + 1);
    },
    list: () =>
      [...counts].sort(([a], [b]) => a - b).map(([index, count]) => [Math.round(Math.exp(index * latencyStep)), count]),
  };
}

/** Adds up counts. */
export function addCounts(lists: readonly (readonly LatencyCount[])[]): readonly LatencyCount[] {
  const sums = new Map<number, number>();
  for (const [us, count] of lists.flat()) sums.set(us, (sums.get(us) ?? 0) + count);
  return [...sums].sort(([a], [b]) => a - b);
}

/** Returns the latency in ms that the share `quantile` (0 to 1) of the requests do not exceed. NaN without requests. */
export function quantileMs(counts: readonly LatencyCount[], quantile: number): number {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(total * quantile));
  for (const [us, count] of counts) if ((left -= count) <= 0) return us / 1000;
  return NaN;
}
