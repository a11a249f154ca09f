// The rows of the comparison of policies.

import type { SimulationResult } from '@pareto/simulator';
import type { Row } from '../report.js';
import { spreadRows } from '../report/spread-rows.js';

type Totals = SimulationResult['totals'];

/** The part of a result that is compared. */
export type ComparedTotals = Pick<
  Totals,
  'asked' | 'answered' | 'onTime' | 'accuracySum' | 'onTimeAccuracySum' | 'usd' | 'latency'
>;

interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly valueOf: (totals: ComparedTotals) => number;
}

/** Rejected, dropped, late and unfinished queries count together: as missed. */
const measures: readonly Measure[] = [
  { name: 'attainment', unit: '%', valueOf: ({ onTime, asked }) => (100 * onTime) / asked },
  { name: 'accuracy of the answers', unit: '%', valueOf: (of) => (100 * of.accuracySum) / of.answered },
  { name: 'accuracy over all queries', unit: '%', valueOf: (of) => (100 * of.onTimeAccuracySum) / of.asked },
  { name: 'cost', unit: 'USD', valueOf: ({ usd }) => usd },
  { name: 'cost of 1,000 answers on time', unit: 'USD', valueOf: ({ usd, onTime }) => (1_000 * usd) / onTime },
  { name: 'p99', unit: 'ms', valueOf: ({ latency }) => latency.p99Ms },
];

/** Returns the mean over the seeds and the range of each measure. */
export const policyRows = (group: string, policy: string, totals: readonly ComparedTotals[]): readonly Row[] =>
  measures.flatMap(({ name, unit, valueOf }) =>
    spreadRows({ name: `${group}: ${policy}: ${name}`, unit }, totals.map(valueOf)),
  );
