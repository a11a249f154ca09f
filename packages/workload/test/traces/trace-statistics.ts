// Statistics of the counts of a trace.

import { percentile } from '@pareto/core';
import type { Trace } from '../../src/index.js';
import { variationOf } from '../arrivals/statistics.js';

/** Returns the counts of a trace, added up over a number of consecutive intervals each. */
function countsOf(trace: Trace, intervals = 1): readonly number[] {
  if (trace.form !== 'counts') throw new Error(`the trace has the form ${trace.form}; expected counts`);
  const counts = Array.from(trace.counts);
  return Array.from({ length: Math.floor(counts.length / intervals) }, (_, index) =>
    sumOf(counts.slice(index * intervals, (index + 1) * intervals)),
  );
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Returns the largest value, divided by the mean. */
const peakOf = (values: readonly number[]): number => (Math.max(...values) * values.length) / sumOf(values);

/** Returns statistics of the counts per second of one application. */
export const burstStatistics = (trace: Trace): Readonly<Record<string, number>> => ({
  'mean per second': sumOf(countsOf(trace)) / countsOf(trace).length,
  'maximum / mean, 1 s': peakOf(countsOf(trace)),
  'maximum / mean, 10 min': peakOf(countsOf(trace, 600)),
  'variation, 1 s': variationOf(countsOf(trace)),
  'variation, 10 min': variationOf(countsOf(trace, 600)),
});

/** Returns statistics of the counts per minute of several tenants. */
export function tenantStatistics(sources: readonly Trace[]): Readonly<Record<string, number>> {
  const totals = sources.map((source) => sumOf(countsOf(source)));
  const variations = sources.map((source) => variationOf(countsOf(source))).toSorted((a, b) => a - b);
  return {
    'mean per second': sumOf(totals) / 86_400,
    'share of the largest': Math.max(...totals) / sumOf(totals),
    'median variation, 1 min': percentile(variations, 0.5),
    'p90 variation, 1 min': percentile(variations, 0.9),
  };
}
