// The figures of variants that are compared for domination on one hardware class.

import type { Profile, VariantId } from '@pareto/core';
import type { RankedVariant } from '../compare/rank-accuracies.js';
import { p99At } from '../cost/profile-at.js';
import type { DominationParams } from './domination-params.js';
import { addRow, createRowSet, type RowSet } from './row-set.js';

/** A variant with its compared properties on the class. */
export interface Rated {
  readonly id: VariantId;
  readonly profile: Profile;
  readonly accuracy: RankedVariant;
  /** Accuracy by which the rows are ordered, from `credibleAccuracies`. */
  readonly credible: number;
  /** USD per 1,000 answers. 0 if the class has no price. */
  readonly cost: number;
  /** p99 with the smallest batch. */
  readonly firstMs: number;
}

/** A property of variants, one a row. Smaller values are better. */
export interface Figure {
  readonly values: Float64Array;
  /** Returns the largest value that counts as at most the given one. */
  readonly ceiling: (value: number) => number;
  /** Returns the value below which others are better than the given one. */
  readonly floor: (value: number) => number;
  /** Rows that have the property. The others do not dominate them. */
  readonly rows: readonly number[];
  /** Rows that are not compared with one another: in p99 at a batch, those that are not measured at it. */
  readonly estimated: RowSet;
}

/**
 * Returns cost, memory, load time, and p99 at each batch that any row was measured at. A row has the p99 of the batches
 * up to its largest measured one.
 */
export function figuresOf(rows: readonly Rated[], params: DominationParams): readonly Figure[] {
  const { costMargin, memoryMargin, loadMargin, latencyMargin } = params;
  const column = (valueOf: (row: Rated) => number): Column => ({
    values: new Float64Array(rows.map(valueOf)),
    rows: [...rows.keys()],
    estimated: createRowSet(rows.length),
  });
  return [
    { ...column(({ cost }) => cost), ...within(costMargin) },
    { ...column(({ profile }) => profile.memoryBytes), ...within(memoryMargin) },
    { ...column(({ profile }) => profile.loadMs), ...within(loadMargin) },
    ...latencyColumns(rows).map((one) => ({ ...one, ...within(latencyMargin) })),
  ];
}

const within = (margin: number): Pick<Figure, 'ceiling' | 'floor'> => ({
  ceiling: (value) => value * (1 + margin),
  floor: (value) => value * (1 - margin),
});

type Column = Pick<Figure, 'values' | 'rows' | 'estimated'>;

/** Goes through the profiles once, because they are spread over the memory. */
function latencyColumns(rated: readonly Rated[]): readonly Column[] {
  const columns = batchesOf(rated).map((batch) => ({ batch, ...createColumn(rated.length) }));
  for (const [row, { profile }] of rated.entries()) {
    const { points } = profile;
    let next = 0;
    for (const { batch, values, rows, estimated } of columns) {
      const point = points[next];
      if (point === undefined) break;
      rows.push(row);
      values[row] = p99At(profile, batch);
      if (point.batch === batch) next++;
      else addRow(estimated, row);
    }
  }
  return columns;
}

/** Returns the batches that any row was measured at, ascending. */
function batchesOf(rated: readonly Rated[]): readonly number[] {
  const batches = new Set<number>();
  for (const { profile } of rated) for (const { batch } of profile.points) batches.add(batch);
  return [...batches].toSorted((a, b) => a - b);
}

const createColumn = (count: number): Column & { readonly rows: number[] } => ({
  values: new Float64Array(count),
  rows: [],
  estimated: createRowSet(count),
});
