// The comparison of all variants with one another on one hardware class.
//
// If the rows are sorted by a figure, those with at most some value are the first ones. This prefix is a set of bits, and
// is combined with those of the other figures: 32 pairs with one operation. In the worst case the time is the square of
// the number of rows times the number of figures, whatever the values are, and the memory is two bits a pair.

import type { VariantId } from '@pareto/core';
import { areEqual, isMoreAccurate } from '../compare/compare-accuracies.js';
import { reachOf } from '../compare/rank-accuracies.js';
import type { DominationParams } from './domination-params.js';
import { figuresOf, type Figure, type Rated } from './figures.js';
import { createPrefix } from './prefix.js';
import {
  addFirstRows,
  createRowSet,
  createRowSets,
  hasRow,
  intersect,
  intersectFrom,
  removeRow,
  removeRows,
  unite,
  type RowSet,
} from './row-set.js';

/** Variants, one a row: by descending credible accuracy, then ascending latency, then id. */
export interface ClassComparison {
  readonly ids: readonly VariantId[];
  readonly rows: ReadonlyMap<VariantId, number>;
  /** Rows that dominate each row. */
  readonly dominators: readonly RowSet[];
}

export function compareOnClass(rated: readonly Rated[], params: DominationParams): ClassComparison {
  const rows = rated.toSorted(betterFirst);
  const all = createOthers(rows, params);
  for (const figure of figuresOf(rows, params)) compareFigure(figure, all);
  for (const [row, others] of all.entries()) compareAccuracies(rows, row, others, params);
  return {
    ids: rows.map(({ id }) => id),
    rows: new Map(rows.map(({ id }, row) => [id, row])),
    dominators: all.map(({ notWorse }) => notWorse),
  };
}

function betterFirst(a: Rated, b: Rated): number {
  return b.credible - a.credible || a.firstMs - b.firstMs || (a.id < b.id ? -1 : 1);
}

/** Rows that may be as accurate as one row, compared with it by the figures so far. */
interface Others {
  /** Rows with at most its value plus the margin in each of the figures. */
  readonly notWorse: RowSet;
  /** Rows that are better in one of the figures. */
  readonly better: RowSet;
  /** Number of rows with a higher credible accuracy, which are the first ones. */
  readonly moreCredible: number;
  /** Number of rows with at least the same credible accuracy. */
  readonly asCredible: number;
  isNotWorseEmpty: boolean;
}

/** Returns for each row all others that are not far below it in accuracy, which the rows are sorted by. */
function createOthers(rows: readonly Rated[], params: DominationParams): readonly Others[] {
  let end = 0;
  const counts = rows.map(({ credible }) => {
    while ((rows[end]?.credible ?? -Infinity) >= credible - reachOf(params)) end++;
    return end;
  });
  const sets = createRowSets(counts.flatMap((count) => [count, count]));
  let [moreCredible, asCredible] = [0, 0];
  return counts.map((count, row) => {
    if (row === asCredible) {
      moreCredible = row;
      while (rows[asCredible]?.credible === rows[row]?.credible && asCredible < rows.length) asCredible++;
    }
    const notWorse = sets[2 * row] ?? createRowSet(0);
    addFirstRows(notWorse, count);
    removeRow(notWorse, row);
    return { notWorse, better: sets[2 * row + 1] ?? createRowSet(0), moreCredible, asCredible, isNotWorseEmpty: false };
  });
}

/** Removes the rows that are less accurate, and those that are better neither in accuracy nor in a figure. */
function compareAccuracies(
  rows: readonly Rated[],
  row: number,
  { notWorse, better, moreCredible, asCredible }: Others,
  params: DominationParams,
): void {
  const own = rows[row];
  if (own === undefined) return;
  intersectFrom(notWorse, better, moreCredible);
  const isMore = (next: number): boolean => isMoreAccurate(rows[next]?.accuracy ?? own.accuracy, own.accuracy, params);
  removeRows(notWorse, better, 0, (next) => !isMore(next));
  // The rows before are as credible, and only an original is preferred to them.
  const from = own.accuracy.isOriginal ? moreCredible : asCredible;
  removeRows(notWorse, undefined, from, (next) => !isAsAccurate(rows[next] ?? own, own, params));
}

/** Returns whether `a` is at least as accurate as `b`: equal, or before it by credible accuracy, in doubt an original. */
const isAsAccurate = (a: Rated, b: Rated, params: DominationParams): boolean =>
  a.credible > b.credible ||
  (a.credible === b.credible && (a.accuracy.isOriginal || !b.accuracy.isOriginal)) ||
  areEqual(a.accuracy, b.accuracy, params);

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
