// The intervals of a run as arrays, for fast sums.

import { latencyIndex } from '../tally/latency-tally.js';
import type { LoadReport } from '../tally/load-report.js';

/** Outcomes of some classes of queries, by interval. */
export interface IntervalSeries {
  readonly intervals: number;
  readonly seconds: Float64Array;
  readonly sent: Float64Array;
  readonly answered: Float64Array;
  readonly onTime: Float64Array;
  readonly rejected: Float64Array;
  /** Index in `latencies` of the first latency of each interval, and the end of the last. */
  readonly starts: Uint32Array;
  /** Latencies of answers, as `latencyIndex`. */
  readonly latencies: Uint32Array;
  /** Numbers of answers with these latencies. */
  readonly counts: Float64Array;
}

/** Returns the outcomes of the classes that `isIncluded` accepts, together. */
export function createSeries(
  { intervals, intervalMs, durationMs }: Pick<LoadReport, 'intervals' | 'intervalMs' | 'durationMs'>,
  isIncluded: (classIndex: number) => boolean,
): IntervalSeries {
  const included = intervals.map(({ classes }) => classes.filter((_, index) => isIncluded(index)));
  const sums = (key: 'sent' | 'answered' | 'onTime' | 'rejected'): Float64Array =>
    Float64Array.from(included, (classes) => classes.reduce((sum, each) => sum + each[key], 0));
  const lists = included.map((classes) => classes.flatMap(({ latencies }) => latencies));
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, index) => (starts[index + 1] = (starts[index] ?? 0) + list.length));
  return {
    intervals: intervals.length,
    // The last interval is shorter if the load ended within it.
    seconds: Float64Array.from(intervals, ({ startMs }) => Math.min(intervalMs, durationMs - startMs) / 1000),
    ...{ sent: sums('sent'), answered: sums('answered'), onTime: sums('onTime'), rejected: sums('rejected') },
    starts,
    latencies: Uint32Array.from(lists.flat(), ([us]) => latencyIndex(us)),
    counts: Float64Array.from(lists.flat(), ([, count]) => count),
  };
}
