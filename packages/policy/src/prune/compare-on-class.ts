// The comparison of all variants with one another on one hardware class.
//
// If the rows are sorted by a figure, those with at most some value are the first ones. This prefix is a set of bits, and
// is combined with those of the other figures: 32 pairs with one operation. In the worst case the time is the square of
// the number of rows times the number of figures, whatever the values are, and the memory is two bits a pair.

import type { VariantId } from '@pareto/core';
import type { DominationParams } from './domination-params.js';
import { figuresOf, type Figure, type Rated } from './figures.js';
import { createPrefix } from './prefix.js';
import {
  addFirstRows,
  createRowSet,
  createRowSets,
  hasRow,
  intersect,
  removeRow,
  unite,
  type RowSet,
} from './row-set.js';

/** Variants, one a row: by descending accuracy, then ascending latency, then id. */
export interface ClassComparison {
  readonly ids: readonly VariantId[];
  readonly rows: ReadonlyMap<VariantId, number>;
  /** Rows that dominate each row. */
  readonly dominators: readonly RowSet[];
}

export function compareOnClass(rated: readonly Rated[], params: DominationParams): ClassComparison {
  const rows = rated.toSorted(betterFirst);
  const all = compareAccuracies(rows, params);
  for (const figure of figuresOf(rows, params)) compareFigure(figure, all);
  for (const { notWorse, better } of all) intersect(notWorse, better);
  return {
    ids: rows.map(({ id }) => id),
    rows: new Map(rows.map(({ id }, row) => [id, row])),
    dominators: all.map(({ notWorse }) => notWorse),
  };
}

function betterFirst(a: Rated, b: Rated): number {
  return b.accuracy - a.accuracy || a.firstMs - b.firstMs || (a.id < b.id ? -1 : 1);
}

/** Rows that are at least as accurate as one row, compared with it by the figures so far. */
interface Others {
  /** Rows with at most its value plus the margin in each of the figures. */
  readonly notWorse: RowSet;
  /** Rows that are better in one of the figures. */
  readonly better: RowSet;
  isNotWorseEmpty: boolean;
}

/** Returns the comparisons by accuracy, which the rows are sorted by. */
function compareAccuracies(rows: readonly Rated[], { accuracyNoise }: DominationParams): readonly Others[] {
  const ends = new Map(rows.map(({ accuracy }, row) => [accuracy, row + 1]));
  const counts = rows.map(({ accuracy }) => ends.get(accuracy) ?? 0);
  const sets = createRowSets(counts.flatMap((count) => [count, count]));
  let betterEnd = 0;
  return rows.map(({ accuracy }, row) => {
    while ((rows[betterEnd]?.accuracy ?? -Infinity) > accuracy + accuracyNoise) betterEnd++;
    const notWorse = sets[2 * row] ?? createRowSet(0);
    const better = sets[2 * row + 1] ?? createRowSet(0);
    addFirstRows(notWorse, counts[row] ?? 0);
    removeRow(notWorse, row);
    addFirstRows(better, betterEnd);
    return { notWorse, better, isNotWorseEmpty: false };
  });
}

function compareFigure({ values, ceiling, floor, rows, estimated }: Figure, all: readonly Others[]): void {
  const order = new Uint32Array(rows).sort((a, b) => compareNumbers(values[a] ?? 0, values[b] ?? 0));
  const sorted = { order, values };
  const ofMeasured = {
    atMost: createPrefix({ ...sorted, isInclusive: true }),
    less: createPrefix({ ...sorted, isInclusive: false }),
  };
  // Of two estimates, neither is worse or better.
  const ofEstimated = {
    atMost: createPrefix({ ...sorted, isInclusive: true, initial: estimated }),
    less: createPrefix({ ...sorted, isInclusive: false, without: estimated }),
  };
  for (const row of order) {
    const others = all[row];
    const value = values[row] ?? 0;
    if (others === undefined || others.isNotWorseEmpty) continue;
    const { atMost, less } = hasRow(estimated, row) ? ofEstimated : ofMeasured;
    atMost.extend(ceiling(value));
    less.extend(floor(value));
    if (atMost.size < all.length) others.isNotWorseEmpty = !intersect(others.notWorse, atMost.rows);
    if (less.size > 0) unite(others.better, less.rows);
  }
}

/** Does not subtract, because the difference of infinite costs is not a number. */
const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
