// The dominated ones of some variants, with their dominators.

import type { VariantId } from '@pareto/core';
import type { ClassComparison } from './compare-on-class.js';
import { decideKept } from './decide-kept.js';
import { addRow, createRowSet, firstCommonRow, type RowSet } from './row-set.js';

/**
 * Returns the dominated ones of the variants, compared with one another, and for each its kept dominators on the first
 * of its classes, best first. Those that a kept variant dominates on that class are left out if there are others.
 */
export function findDominated(
  variants: readonly VariantId[],
  classes: readonly ClassComparison[],
  alwaysKept: ReadonlySet<VariantId>,
): ReadonlyMap<VariantId, Iterable<VariantId>> {
  const kept = decideKept(variants, classes, alwaysKept);
  const dropped = variants.filter((id) => !kept.has(id));
  const found = new Map<VariantId, Iterable<VariantId>>();
  for (const one of dropped.length === 0 ? [] : classes) {
    const dominatorsOf = createDominatorsOf(one, kept);
    for (const id of dropped) {
      const row = one.rows.get(id);
      if (row !== undefined && !found.has(id)) found.set(id, dominatorsOf(row));
    }
  }
  return found;
}

function createDominatorsOf(
  { ids, rows, dominators }: ClassComparison,
  kept: ReadonlySet<VariantId>,
): (row: number) => Iterable<VariantId> {
  const none = createRowSet(0);
  const dominatorIn = (row: number, set: RowSet, from = 0): number | undefined =>
    firstCommonRow(dominators[row] ?? none, set, from);
  const keptHere = [...kept].flatMap((id) => rows.get(id) ?? []);
  const keptRows = rowSetOf(ids.length, keptHere);
  const front = rowSetOf(
    ids.length,
    keptHere.filter((row) => dominatorIn(row, keptRows) === undefined),
  );
  return function* (row) {
    const set = dominatorIn(row, front) === undefined ? keptRows : front;
    for (let next = dominatorIn(row, set); next !== undefined; next = dominatorIn(row, set, next + 1)) {
      const id = ids[next];
      if (id !== undefined) yield id;
    }
  };
}

function rowSetOf(count: number, rows: readonly number[]): RowSet {
  const set = createRowSet(count);
  for (const row of rows) addRow(set, row);
  return set;
}
