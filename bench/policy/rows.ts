// The rows of the comparison of policies.

import type { SimulationResult } from '@pareto/simulator';
import type { Row } from '../report.js';
import { spreadRows } from '../report/spread-rows.js';

type Totals = SimulationResult['totals'];

/** The part of a result that is compared. */
export interface ComparedTotals extends Pick<
  Totals,
  'asked' | 'answered' | 'onTime' | 'accuracySum' | 'onTimeAccuracySum' | 'usd' | 'latency'
> {
  /** Set for the clairvoyant. */
  readonly bound?: Bound;
}

type Bound = NonNullable<SimulationResult['clairvoyant']>['bound'];

export const comparedTotals = ({ totals, clairvoyant }: SimulationResult): ComparedTotals => ({
  ...totals,
  ...(clairvoyant !== undefined && { bound: clairvoyant.bound }),
});

/** The runs of a policy, one for each window. */
export interface PolicyRuns {
  readonly policy: string;
  readonly totals: readonly ComparedTotals[];
}

interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly valueOf: (totals: ComparedTotals) => number;
}

/** Rejected, dropped, late and unfinished queries count together: as missed. */
const measures: readonly Measure[] = [
  { name: 'attainment', unit: '%', valueOf: ({ onTime, asked }) => (100 * onTime) / asked },
  { name: 'violations', unit: '%', valueOf: ({ onTime, asked }) => 100 - (100 * onTime) / asked },
  { name: 'accuracy of the answers', unit: '%', valueOf: (of) => (100 * of.accuracySum) / of.answered },
  { name: 'accuracy over all queries', unit: '%', valueOf: (of) => (100 * of.onTimeAccuracySum) / of.asked },
  { name: 'cost', unit: 'USD', valueOf: ({ usd }) => usd },
  { name: 'cost of 1,000 answers on time', unit: 'USD', valueOf: ({ usd, onTime }) => (1_000 * usd) / onTime },
  { name: 'p99', unit: 'ms', valueOf: ({ latency }) => latency.p99Ms },
];

/**
 * Returns the mean over the windows and the range of each measure. If the clairvoyant is among the policies, also the bound of the cost, and
 * the costs divided by it.
 */
export function policyRows(group: string, policies: readonly PolicyRuns[]): readonly Row[] {
  const bounds = policies.flatMap(({ totals }) => totals.flatMap(({ bound }) => bound ?? []));
  const rowsOf = (of: string, unit: string, values: readonly number[]): readonly Row[] =>
    spreadRows({ name: `${group}: ${of}`, unit }, values);
  const rows = policies.flatMap(({ policy, totals }) =>
    measures.flatMap(({ name, unit, valueOf }) => rowsOf(`${policy}: ${name}`, unit, totals.map(valueOf))),
  );
  if (bounds.length === 0) return rows;
  const costRatios = (totals: readonly ComparedTotals[]): readonly number[] =>
    totals.map(({ usd }, window) => usd / (bounds[window]?.usd ?? NaN));
  const attainments = bounds.map(({ attainment }) => 100 * attainment);
  const costs = bounds.map(({ usd }) => usd);
  return [
    ...rows,
    ...rowsOf('bound: attainment', '%', attainments),
    ...rowsOf('bound: cost', 'USD', costs),
    ...policies.flatMap(({ policy, totals }) => rowsOf(`${policy}: cost over the bound`, 'x', costRatios(totals))),
  ];
}
