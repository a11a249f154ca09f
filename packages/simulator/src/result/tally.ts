// The counts of a run. Nothing is kept for each query.

import type { HardwareClassId, Objective, VariantId } from '@pareto/core';
import type { QueryStream } from '@pareto/workload';
import type { QueryEnd } from '../serving/query.js';
import { createLatencyHistogram, type LatencyHistogram } from './latency-histogram.js';
import type { Counts, SimulationResult, Totals } from './simulation-result.js';

/** A variant on a hardware class. */
export interface CountedVariant {
  readonly variant: VariantId;
  readonly hardwareClass: HardwareClassId;
  /** Name of the class in the scenario. */
  readonly className: string;
  readonly accuracy: number;
}

export interface TallyOptions {
  readonly streams: readonly QueryStream[];
  readonly objectives: readonly Objective[];
  /** The variants in any order. Other methods refer to them by their index. */
  readonly variants: readonly CountedVariant[];
  readonly steps: number;
  readonly stepMs: number;
  /** Time of the first query. */
  readonly startsAt: number;
}

export interface Tally {
  asked(stream: number, arrivesAt: number): void;
  /** Counts the end of a query. `variant` is the index of the one that answered, or -1. */
  ended(stream: number, arrivesAt: number, end: QueryEnd, latencyMs: number, variant: number): void;
  /** Sets the number of ready replicas of a variant at the end of a step. */
  replicas(step: number, variant: number, count: number): void;
  /** Sums of all streams until now. */
  readonly counts: Counts;
  /** Returns the counts of the first steps. */
  result(steps: number): Pick<SimulationResult, 'tasks' | 'streams'> & {
    readonly totals: Totals;
    readonly series: Omit<SimulationResult['series'], 'usd' | 'busySlots' | 'usedSlots' | 'capacity'>;
  };
}

type Columns = Readonly<Record<keyof Counts, Float64Array>>;

interface StreamSums {
  readonly columns: Columns;
  readonly latency: LatencyHistogram;
  onTimeAccuracySum: number;
}

interface VariantSteps {
  readonly replicas: Float64Array;
  readonly answered: Float64Array;
}

const createColumns = (length: number): Columns => {
  const column = (): Float64Array => new Float64Array(length);
  return {
    ...{ asked: column(), answered: column(), onTime: column(), late: column(), inaccurate: column() },
    ...{ rejected: column(), dropped: column(), accuracySum: column() },
  };
};

const add = (column: Float64Array, index: number, value = 1): void => {
  column[index] = (column[index] ?? 0) + value;
};

export function createTally({ streams, objectives, variants, steps, stepMs, startsAt }: TallyOptions): Tally {
  const series = createColumns(steps);
  const sums = streams.map((): StreamSums => ({
    ...{ columns: createColumns(1), latency: createLatencyHistogram(), onTimeAccuracySum: 0 },
  }));
  /** Series of the variants that had a replica, or answered. */
  const variantSteps: (VariantSteps | undefined)[] = variants.map(() => undefined);
  const stepsOf = (variant: number): VariantSteps =>
    (variantSteps[variant] ??= { replicas: new Float64Array(steps), answered: new Float64Array(steps) });

  const countOf = (of: readonly StreamSums[]): Counts => {
    const sumOf = (field: keyof Counts): number => of.reduce((sum, { columns }) => sum + (columns[field][0] ?? 0), 0);
    return {
      ...{ asked: sumOf('asked'), answered: sumOf('answered'), onTime: sumOf('onTime'), late: sumOf('late') },
      ...{ inaccurate: sumOf('inaccurate'), rejected: sumOf('rejected'), dropped: sumOf('dropped') },
      accuracySum: sumOf('accuracySum'),
    };
  };
  const totalsOf = (of: readonly StreamSums[]): Totals => {
    const counts = countOf(of);
    const latency = createLatencyHistogram();
    for (const one of of) latency.addAll(one.latency);
    return {
      ...counts,
      unfinished: counts.asked - counts.answered - counts.rejected - counts.dropped,
      onTimeAccuracySum: of.reduce((sum, { onTimeAccuracySum }) => sum + onTimeAccuracySum, 0),
      latency: { p50Ms: latency.quantile(0.5), p95Ms: latency.quantile(0.95), p99Ms: latency.quantile(0.99) },
    };
  };
  const stepOf = (arrivesAt: number): number => Math.floor((arrivesAt - startsAt) / stepMs);

  function count(own: StreamSums, step: number, field: keyof Counts, value = 1): void {
    add(series[field], step, value);
    add(own.columns[field], 0, value);
  }
  function ended(stream: number, arrivesAt: number, end: QueryEnd, latencyMs: number, variant: number): void {
    const [own, objective] = [sums[stream], objectives[stream]];
    if (own === undefined || objective === undefined) throw new Error(`there is no stream ${stream}`);
    const step = stepOf(arrivesAt);
    if (end !== 'answered') return count(own, step, end);
    const accuracy = variants[variant]?.accuracy ?? 0;
    count(own, step, 'answered');
    count(own, step, 'accuracySum', accuracy);
    own.latency.add(latencyMs);
    add(stepsOf(variant).answered, step);
    if (latencyMs > objective.latencyMs) return count(own, step, 'late');
    if (accuracy < (objective.minAccuracy ?? 0)) return count(own, step, 'inaccurate');
    own.onTimeAccuracySum += accuracy;
    count(own, step, 'onTime');
  }
  return {
    asked(stream, arrivesAt) {
      add(series.asked, stepOf(arrivesAt));
      const own = sums[stream];
      if (own !== undefined) add(own.columns.asked, 0);
    },
    ended,
    replicas(step, variant, count) {
      stepsOf(variant).replicas[step] = count;
    },
    get counts() {
      return countOf(sums);
    },
    result(simulated) {
      const list = (column: Float64Array): number[] => [...column.subarray(0, simulated)];
      const tasks = [...new Set(streams.map(({ task }) => task))];
      return {
        totals: totalsOf(sums),
        tasks: tasks.map((task) => ({
          task,
          totals: totalsOf(sums.filter((_, index) => streams[index]?.task === task)),
        })),
        streams: streams.map(({ task, objective }, index) => ({
          ...{ task, objective, totals: totalsOf(sums.slice(index, index + 1)) },
        })),
        series: {
          ...{ asked: list(series.asked), answered: list(series.answered), onTime: list(series.onTime) },
          ...{ late: list(series.late), inaccurate: list(series.inaccurate), rejected: list(series.rejected) },
          ...{ dropped: list(series.dropped), accuracySum: list(series.accuracySum) },
          variants: variants.flatMap(({ variant, className: hardwareClass }, index) => {
            const own = variantSteps[index];
            if (own === undefined) return [];
            return [{ variant, hardwareClass, replicas: list(own.replicas), answered: list(own.answered) }];
          }),
        },
      };
    },
  };
}
