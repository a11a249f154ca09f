// Counters and histograms of prom-client that take a tenth of its time for each value: they add it to plain numbers, which
// prom-client reads when it is asked for its metrics.

import {
  Counter as PromCounter,
  Histogram as PromHistogram,
  type CounterConfiguration,
  type HistogramConfiguration,
} from 'prom-client';
import { createLabelledCells, type GivenLabels, type LabelledCells } from './labelled-cells.js';

/** Adds to the value of the labels. */
type Add<L extends string> = (value: number, labels?: GivenLabels<L>) => void;

/** Registers a counter, and returns the function that adds to it. */
export function registerCounter<L extends string>(options: CounterConfiguration<L>, names: readonly L[]): Add<L> {
  const cells = createLabelledCells(names, (labels) => ({ labels, sum: 0 }));
  void new PromCounter<L>({
    ...options,
    collect() {
      this.reset();
      for (const { labels, sum } of cells.values()) this.inc(labels, sum);
    },
  });
  return (value, labels) => {
    cells.at(labels).sum += value;
  };
}

interface HistogramCell<L extends string> {
  readonly labels: Partial<GivenLabels<L>>;
  /** Number of values by bucket. The last one is for values over all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

/** Registers a histogram, and returns the function that records a value. */
export function registerHistogram<L extends string>(options: HistogramOptions<L>, names: readonly L[]): Add<L> {
  const { buckets } = options;
  const cells = createLabelledCells(names, (labels): HistogramCell<L> => ({
    labels,
    counts: new Float64Array(buckets.length + 1),
    sum: 0,
  }));
  void new CellHistogram<L>(options, cells);
  return (value, labels) => {
    const cell = cells.at(labels);
    let bucket = 0;
    while (bucket < buckets.length && value > (buckets[bucket] ?? Infinity)) bucket++;
    cell.counts[bucket] = (cell.counts[bucket] ?? 0) + 1;
    cell.sum += value;
  };
}

type HistogramOptions<L extends string> = HistogramConfiguration<L> & { readonly buckets: readonly number[] };

class CellHistogram<L extends string> extends PromHistogram<L> {
  readonly #options: HistogramOptions<L>;
  readonly #cells: LabelledCells<L, HistogramCell<L>>;

  constructor(options: HistogramOptions<L>, cells: LabelledCells<L, HistogramCell<L>>) {
    super(options);
    this.#options = options;
    this.#cells = cells;
  }
  /** Returns what the registry writes. Overrides a method that prom-client does not declare. */
  async getForPromString(): Promise<object> {
    const { name, help } = this.#options;
    const values = [...this.#cells.values()].flatMap((cell) => valuesOf(cell, this.#options));
    return { name, help, type: 'histogram', values, aggregator: 'sum' };
  }
}

interface ExportedValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Readonly<Partial<Record<string, string>>>;
  readonly value: number;
}

function valuesOf<L extends string>(
  { labels: sharedLabels, counts, sum }: HistogramCell<L>,
  { name, buckets }: HistogramOptions<L>,
): readonly ExportedValue[] {
  let count = 0;
  const upTo = Array.from(counts, (own, index) => {
    count += own;
    return { metricName: `${name}_bucket`, labels: { le: buckets[index] ?? '+Inf' }, sharedLabels, value: count };
  });
  return [
    ...upTo,
    { metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum },
    { metricName: `${name}_count`, labels: {}, sharedLabels, value: count },
  ];
}
