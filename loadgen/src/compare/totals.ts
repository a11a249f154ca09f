// Sums of intervals.

import { latencyStep } from '../tally/latency-tally.js';
import type { IntervalSeries } from './interval-series.js';

/** Mutable, because a comparison adds up intervals thousands of times. */
export interface Totals {
  seconds: number;
  sent: number;
  answered: number;
  onTime: number;
  rejected: number;
  /** Answers by `latencyIndex`. */
  readonly latencies: Float64Array;
}

/** Creates sums that have space for the latencies of all the series. */
export function createTotals(...series: readonly IntervalSeries[]): Totals {
  const last = Math.max(0, ...series.map(({ latencies }) => latencies.reduce((max, each) => Math.max(max, each), 0)));
  return { seconds: 0, sent: 0, answered: 0, onTime: 0, rejected: 0, latencies: new Float64Array(last + 1) };
}

/** Replaces `totals` with the sums of the intervals, each as often as `draws` has it. */
export function addUp(series: IntervalSeries, draws: Uint32Array, totals: Totals): void {
  const { intervals, starts, latencies, counts } = series;
  Object.assign(totals, { seconds: 0, sent: 0, answered: 0, onTime: 0, rejected: 0 });
  totals.latencies.fill(0);
  for (let interval = 0; interval < intervals; interval++) {
    const times = draws[interval] ?? 0;
    if (times === 0) continue;
    totals.seconds += times * (series.seconds[interval] ?? 0);
    totals.sent += times * (series.sent[interval] ?? 0);
    totals.answered += times * (series.answered[interval] ?? 0);
    totals.onTime += times * (series.onTime[interval] ?? 0);
    totals.rejected += times * (series.rejected[interval] ?? 0);
    const end = starts[interval + 1] ?? 0;
    for (let entry = starts[interval] ?? 0; entry < end; entry++) {
      const latency = latencies[entry] ?? 0;
      totals.latencies[latency] = (totals.latencies[latency] ?? 0) + times * (counts[entry] ?? 0);
    }
  }
}

/** Returns the latency in ms that the share `quantile` of the answers do not exceed. NaN without answers. */
export function quantileOf({ answered, latencies }: Totals, quantile: number): number {
  let left = answered * quantile;
  for (let index = 0; index < latencies.length; index++) {
    const count = latencies[index] ?? 0;
    if (count === 0) continue;
    left -= count;
    // Answers are spread evenly within the step, so that the result has no jumps.
    if (left <= 0) return Math.exp((index + 0.5 + left / count) * latencyStep) / 1000;
  }
  return NaN;
}
