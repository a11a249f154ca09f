// The compared metrics.

import { latencyIndex } from '../tally/latency-tally.js';
import type { IntervalSeries } from './interval-series.js';
import { quantileOf, type Totals } from './totals.js';

export interface Metric {
  readonly name: string;
  readonly unit: 'ms' | 'share' | 'per second';
  readonly better: 'lower' | 'higher';
  valueOf(totals: Totals): number;
  /** Returns the number of requests that a value depends on most: those beyond a percentile, or all. */
  countOf(totals: Totals): number;
  /** Returns the number of these requests, or of the rarer outcome of a share, in each interval. */
  eventsOf(series: IntervalSeries, totals: Totals): Float64Array;
}

const latency = (percent: number): Metric => ({
  ...{ name: `p${percent}`, unit: 'ms', better: 'lower' },
  valueOf: (totals) => quantileOf(totals, percent / 100),
  countOf: ({ answered }) => answered * (1 - percent / 100),
  eventsOf({ intervals, starts, latencies, counts }, totals) {
    const least = latencyIndex(quantileOf(totals, percent / 100) * 1000);
    return Float64Array.from({ length: intervals }, (_, interval) => {
      let events = 0;
      for (let entry = starts[interval] ?? 0; entry < (starts[interval + 1] ?? 0); entry++)
        if ((latencies[entry] ?? 0) >= least) events += counts[entry] ?? 0;
      return events;
    });
  },
});

type Counts = Record<'sent' | 'answered' | 'onTime' | 'rejected', number>;

const share = (name: string, better: Metric['better'], part: (counts: Counts) => number): Metric => ({
  ...{ name, unit: 'share', better },
  valueOf: (totals) => part(totals) / totals.sent,
  countOf: ({ sent }) => sent,
  eventsOf(series, totals) {
    const isRare = part(totals) <= totals.sent / 2;
    return Float64Array.from({ length: series.intervals }, (_, interval) => {
      const at = (values: Float64Array): number => values[interval] ?? 0;
      const [sent, answered] = [at(series.sent), at(series.answered)];
      const events = part({ sent, answered, onTime: at(series.onTime), rejected: at(series.rejected) });
      return isRare ? events : sent - events;
    });
  },
});

export const metrics: readonly Metric[] = [
  ...[50, 90, 99, 99.9].map(latency),
  share('on time', 'higher', ({ onTime }) => onTime),
  share('rejected', 'lower', ({ rejected }) => rejected),
  share('failed', 'lower', ({ sent, answered, rejected }) => sent - answered - rejected),
  {
    ...{ name: 'answers', unit: 'per second', better: 'higher' },
    valueOf: ({ answered, seconds }) => answered / seconds,
    countOf: ({ sent }) => sent,
    eventsOf: ({ answered }) => answered,
  },
];
