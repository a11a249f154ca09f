// The rows of the comparison of policies.

import { productionPolicyNames, type SimulationResult } from '@pareto/simulator';
import type { Reach } from '@pareto/testkit';
import type { Row } from '../report.js';
import { halfWidth } from '../report/half-width.js';
import { spreadRows } from '../report/spread-rows.js';
import type { ShapeMeasure } from './shapes.js';

type Totals = SimulationResult['totals'];

/** The part of a result that is compared. */
export interface ComparedTotals extends Pick<
  Totals,
  'asked' | 'answered' | 'onTime' | 'accuracySum' | 'onTimeAccuracySum' | 'usd' | 'latency'
> {
  /** Set for the clairvoyant. */
  readonly bound?: Bound;
  /** Set for the clairvoyant: the workers that it uses, for each entry of the fleet. */
  readonly workers?: readonly number[];
  /** The values of the measures of the group. Empty without any. */
  readonly measured: readonly number[];
}

type Bound = NonNullable<SimulationResult['clairvoyant']>['bound'];

export const comparedTotals = (
  result: SimulationResult,
  shapeMeasures: readonly ShapeMeasure[] = [],
): ComparedTotals => ({
  ...result.totals,
  ...(result.clairvoyant !== undefined && { bound: result.clairvoyant.bound, workers: result.clairvoyant.workers }),
  measured: shapeMeasures.map(({ valueOf }) => valueOf(result)),
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

const attainmentOf = ({ onTime, asked }: ComparedTotals): number => (100 * onTime) / asked;
const accuracyOf = ({ accuracySum, answered }: ComparedTotals): number => (100 * accuracySum) / answered;

/** Rejected, dropped, late and unfinished queries count together: as missed. */
const measures: readonly Measure[] = [
  { name: 'attainment', unit: '%', valueOf: attainmentOf },
  { name: 'violations', unit: '%', valueOf: (of) => 100 - attainmentOf(of) },
  { name: 'accuracy of the answers', unit: '%', valueOf: accuracyOf },
  { name: 'accuracy over all queries', unit: '%', valueOf: (of) => (100 * of.onTimeAccuracySum) / of.asked },
  { name: 'cost', unit: 'USD', valueOf: ({ usd }) => usd },
  { name: 'cost of 1,000 answers on time', unit: 'USD', valueOf: ({ usd, onTime }) => (1_000 * usd) / onTime },
  { name: 'p99', unit: 'ms', valueOf: ({ latency }) => latency.p99Ms },
];

/**
 * Returns the mean over the windows and the range of each measure. If the clairvoyant is among the policies, also the bound of the cost, and
 * the costs divided by it. `above` is the target of the attainment of ours, in percent.
 */
export function policyRows(group: string, policies: readonly PolicyRuns[], above?: number): readonly Row[] {
  const bounds = policies.flatMap(({ totals }) => totals.flatMap(({ bound }) => bound ?? []));
  const rowsOf = (of: string, unit: string, values: readonly number[]): readonly Row[] =>
    spreadRows({ name: `${group}: ${of}`, unit }, values);
  const rows = policies.flatMap(({ policy, totals }) =>
    measures.flatMap(({ name, unit, valueOf }) => {
      const reach = above === undefined || name !== 'attainment' ? undefined : targetOf(policy, { above });
      return targetRows({ name: `${group}: ${policy}: ${name}`, unit }, totals.map(valueOf), reach);
    }),
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

/** Returns the mean and the range of each measure of a load that changes, and the end of its 95 % interval that is farther from the target. */
export function shapeRows(
  group: string,
  policies: readonly PolicyRuns[],
  shapeMeasures: readonly ShapeMeasure[],
): readonly Row[] {
  return policies.flatMap(({ policy, totals }) =>
    shapeMeasures.flatMap(({ name, unit, reach }, index) => {
      const values = totals.map(({ measured }) => measured[index] ?? NaN);
      return targetRows({ name: `${group}: ${policy}: ${name}`, unit }, values, targetOf(policy, reach));
    }),
  );
}

/** Target of the violations of ours in each window, divided by those of `infaas`. */
const maxViolations = 1 / 5;

/**
 * Returns the rows of policies on a fleet with few spare workers, and the violations of ours divided by those of `infaas` and the
 * difference of the accuracies, over the windows where `infaas` violates 1 % or more. `attainment` is the target of ours, in percent.
 */
export function sizedRows(group: string, policies: readonly PolicyRuns[], attainment: number): readonly Row[] {
  const infaas = policies.find(({ policy }) => policy === 'infaas')?.totals ?? [];
  const compare = ({ policy, totals }: PolicyRuns): readonly Row[] => {
    const windows = totals.flatMap((ours, window) => {
      const theirs = infaas[window];
      return theirs === undefined || attainmentOf(theirs) > 99 ? [] : [{ ours, theirs }];
    });
    const compared = { name: `${group}: ${policy}: windows where infaas violates 1 % or more`, unit: '' };
    if (windows.length === 0) return [{ ...compared, value: 0 }];
    const parts = windows.map(({ ours, theirs }) => (100 - attainmentOf(ours)) / (100 - attainmentOf(theirs)));
    const [, , most] = spreadRows({ name: `${group}: ${policy}: violations over infaas's`, unit: 'x' }, parts);
    const accuracies = windows.map(({ ours, theirs }) => accuracyOf(ours) - accuracyOf(theirs));
    return [
      { ...compared, value: windows.length },
      ...(most === undefined ? [] : [{ ...most, reach: { atMost: maxViolations } }]),
      ...spreadRows({ name: `${group}: ${policy}: accuracy above infaas's`, unit: 'points' }, accuracies),
    ];
  };
  const ours = policies.filter(({ policy }) => productionPolicyNames.includes(policy));
  return [...policyRows(group, policies, attainment), ...ours.flatMap(compare)];
}

/** Targets are those of ours. */
const targetOf = (policy: string, reach: Reach | undefined): Reach | undefined =>
  productionPolicyNames.includes(policy) ? reach : undefined;

/** Returns the mean and the range, and the end of the 95 % interval of the mean that has to reach the target. */
function targetRows(
  row: Pick<Row, 'name' | 'unit'>,
  values: readonly number[],
  reach: Reach | undefined,
): readonly Row[] {
  const rows = spreadRows(row, values);
  const [mean] = rows;
  if (reach === undefined || mean === undefined || values.length < 2) return rows;
  if ('exactly' in reach) return [{ ...mean, reach }, ...rows.slice(1)];
  const sign = 'above' in reach ? -1 : 1;
  const value = mean.value + sign * halfWidth(values);
  return [...rows, { name: `${row.name}, end of the 95 % interval`, unit: row.unit, value, reach }];
}
