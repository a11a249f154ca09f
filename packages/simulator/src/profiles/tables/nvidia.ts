// Reads the measurements of NVIDIA's DeepLearningExamples: latencies by batch size, runtime, precision and GPU.

import { groupBy } from '@pareto/core';
import type { BatchPoint } from '../../scenario/registry.js';
import { readTable, type TableFile, type TableRow } from './read-table.js';

/** A model in one runtime and precision on one GPU. */
export interface NvidiaProfile {
  readonly model: string;
  readonly runtime: string;
  readonly precision: string;
  readonly gpu: string;
  /** Points by ascending batch size. */
  readonly points: readonly BatchPoint[];
}

const columns = ['model', 'runtime', 'precision', 'gpu', 'batch', 'p50_ms', 'p95_ms', 'p99_ms', 'avg_ms'] as const;

type Row = TableRow<(typeof columns)[number]>;

export function readNvidia(file: TableFile): readonly NvidiaProfile[] {
  const rows = readTable(file, columns);
  const key = (row: Row): string =>
    [row.text('model'), row.text('runtime'), row.text('precision'), row.text('gpu')].join('|');
  return [...groupBy(rows, key).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [profileOf(first, others)],
  );
}

const profileOf = (first: Row, others: readonly Row[]): NvidiaProfile => ({
  model: first.text('model'),
  runtime: first.text('runtime'),
  precision: first.text('precision'),
  gpu: first.text('gpu'),
  points: [first, ...others].map(pointOf).toSorted((a, b) => a.batch - b.batch),
});

/**
 * Returns the percentiles of a row. If it has no median, the mean is used instead, or the 95th percentile if the mean is above
 * that, because it includes the first runs.
 */
function pointOf(row: Row): BatchPoint {
  const p95Ms = row.number('p95_ms');
  const p50Ms = row.numberIfAny('p50_ms') ?? Math.min(row.number('avg_ms'), p95Ms);
  return { batch: row.number('batch'), p50Ms, p95Ms, p99Ms: Math.max(p95Ms, row.number('p99_ms')) };
}
