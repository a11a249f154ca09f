// What the charts of the page show. Steps are added up to few intervals, so that the page stays small.

import { classColor, otherColor, outcomeColors, variantColor } from '../html/colors.js';
import { roundForChart, type Intervals, type Series, type Values } from '../html/series.js';
import type { SimulationResult } from './simulation-result.js';
import { attainmentAndCost, resultsByPolicy } from './summarize.js';
import { createThinning, type Thinning } from './thin.js';
import { createVariantColors } from './variant-colors.js';

/** The charts over time of a run. */
export interface RunData {
  /** The policy, with the seed if there are several. */
  readonly name: string;
  /** Queries per second, by outcome. */
  readonly outcomes: readonly Series[];
  /** Queries per second. */
  readonly demand: Values;
  /** Items per second that the ready replicas can run. */
  readonly capacity: Values;
  /** Mean number of replicas of each variant on each hardware class. */
  readonly replicas: readonly Series[];
  /** Answers per second of the same. */
  readonly answers: readonly Series[];
  /** Percent of the queries that were answered within their objective. */
  readonly attainment: Values;
  /** Mean accuracy of the answers in percent. */
  readonly accuracy: Values;
  readonly usdPerHour: Values;
  readonly busySlots: Values;
  readonly usedSlots: Values;
}

/** The runs of a policy in the chart of cost and attainment. */
export interface PolicyPoints {
  readonly name: string;
  readonly color: string;
  readonly runs: readonly (readonly [usdPerHour: number, attainmentPercent: number])[];
}

export interface SimulationData extends Intervals {
  readonly runs: readonly RunData[];
  readonly policies: readonly PolicyPoints[];
}

/** Limits of the intervals, and of the values of all runs together. A run has up to 28 values for each interval. */
const [minIntervals, maxIntervals, maxValues, valuesPerInterval] = [300, 1440, 1_000_000, 28];
/** Limit of the runs that have charts over time. */
const maxRuns = 100;
/** Limit of the variants that have a colour. The others are added up. */
const maxVariants = 9;

/** Returns the data of results whose steps have the same length. */
export function simulationData(results: readonly SimulationResult[]): SimulationData {
  const shown = chartedRuns(results);
  const steps = Math.max(0, ...shown.map(({ series }) => series.asked.length));
  const affordable = Math.floor(maxValues / valuesPerInterval / Math.max(1, shown.length));
  const thinning = createThinning(steps, Math.max(minIntervals, Math.min(maxIntervals, affordable)));
  const hasSeeds = new Set(results.map(({ seed }) => seed)).size > 1;
  const colorsOf = createVariantColors();
  return {
    intervalS: ((shown[0]?.stepMs ?? 0) * thinning.stepsPerInterval) / 1000,
    intervals: thinning.intervals,
    runs: shown.map((result) => ({
      name: hasSeeds ? `${result.policy}, seed ${result.seed}` : result.policy,
      ...runData(result, thinning, colorsOf),
    })),
    policies: resultsByPolicy(results).map(([name, runs], index) => ({
      name,
      color: policyColor(index),
      runs: runs
        .filter(({ totals }) => totals.asked > 0)
        .map((run) => {
          const [attainment, usdPerHour] = attainmentAndCost(run);
          return [usdPerHour, 100 * attainment];
        }),
    })),
  };
}

/** Returns the runs with charts over time in the order of the results: the first ones of each policy, up to the limit. */
function chartedRuns(results: readonly SimulationResult[]): readonly SimulationResult[] {
  const groups = resultsByPolicy(results.filter(({ series }) => series.asked.length > 0));
  const ranked = groups.flatMap(([, runs]) => runs.map((run, rank) => ({ run, rank })));
  const chosen = new Set(
    ranked
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, maxRuns)
      .map(({ run }) => run),
  );
  return results.filter((result) => chosen.has(result));
}

/** The colours of classes come first, which differ more. */
const policyColor = (index: number): string =>
  index % 16 < 7 ? classColor(index % 16) : variantColor((index % 16) - 7);

function runData(
  { series, stepMs }: SimulationResult,
  thinning: Thinning,
  colorsOf: (names: readonly string[]) => readonly string[],
): Omit<RunData, 'name'> {
  const counts = thinning.counts(series.asked);
  /** Returns sums over other numbers. Null where these are 0. */
  const divide = (values: readonly number[], by: readonly number[], factor = 1): Values =>
    values.map((value, index) => {
      const divisor = by[index] ?? 0;
      return divisor === 0 ? null : roundForChart((factor * value) / divisor);
    });
  const mean = (values: readonly number[]): Values => divide(thinning.sums(values), counts);
  const perSecond = (values: readonly number[]): Values => divide(thinning.sums(values), counts, 1000 / stepMs);
  const sums = { asked: thinning.sums(series.asked), answered: thinning.sums(series.answered) };
  const outcome = (name: string, color: string, values: readonly number[]): Series => ({
    ...{ name, color },
    values: perSecond(values),
  });
  const variants = shownVariants(series.variants);
  const colors = colorsOf(variants.filter(({ isRest }) => !isRest).map(({ name }) => name));
  const ofVariants = (values: (variant: VariantSums) => Values): readonly Series[] =>
    variants.map((variant, index) => ({
      ...{ name: variant.name, color: colors[index] ?? otherColor },
      values: values(variant),
    }));
  return {
    outcomes: [
      outcome('on time', outcomeColors.onTime, series.onTime),
      outcome('inaccurate', classColor(2), series.inaccurate),
      outcome('late', outcomeColors.late, series.late),
      outcome('rejected', outcomeColors.rejected, series.rejected),
      outcome('dropped', outcomeColors.failed, series.dropped),
    ],
    demand: perSecond(series.asked),
    capacity: mean(series.capacity),
    replicas: ofVariants(({ replicas }) => mean(replicas)),
    answers: ofVariants(({ answered }) => perSecond(answered)),
    attainment: divide(thinning.sums(series.onTime), sums.asked, 100),
    accuracy: divide(thinning.sums(series.accuracySum), sums.answered, 100),
    usdPerHour: divide(thinning.sums(series.usd), counts, 3_600_000 / stepMs),
    busySlots: mean(series.busySlots),
    usedSlots: mean(series.usedSlots),
  };
}

interface VariantSums {
  readonly name: string;
  /** Set for the variants beyond the limit, which come last. */
  readonly isRest: boolean;
  readonly replicas: readonly number[];
  readonly answered: readonly number[];
}

/** Returns the variants with most answers first. Those beyond the limit are added up. */
function shownVariants(variants: SimulationResult['series']['variants']): readonly VariantSums[] {
  const sorted = variants
    .map(({ variant, hardwareClass, replicas, answered }) => ({
      ...{ name: `${variant} on ${hardwareClass}`, isRest: false, replicas, answered },
      total: total(answered),
    }))
    .filter(({ replicas, total: answers }) => answers > 0 || total(replicas) > 0)
    .toSorted((a, b) => b.total - a.total);
  if (sorted.length <= maxVariants) return sorted;
  const rest = sorted.slice(maxVariants - 1);
  return [
    ...sorted.slice(0, maxVariants - 1),
    {
      name: `${rest.length} others`,
      isRest: true,
      replicas: addUp(rest.map(({ replicas }) => replicas)),
      answered: addUp(rest.map(({ answered }) => answered)),
    },
  ];
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function addUp(lists: readonly (readonly number[])[]): readonly number[] {
  const steps = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: steps }, (_, step) => lists.reduce((sum, list) => sum + (list[step] ?? 0), 0));
}
