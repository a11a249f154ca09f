// The rows with the smallest values, as a set that grows with a limit.

import { addRow, createRowSet, hasRow, type RowSet } from './row-set.js';

export interface Prefix {
  readonly rows: RowSet;
  /** Number of values up to the limit. */
  readonly size: number;
  /** Adds the rows up to a limit, which is at least as large as the one before. */
  extend(limit: number): void;
}

interface PrefixOptions {
  /** Rows by ascending value. */
  readonly order: Uint32Array;
  readonly values: Float64Array;
  /** Whether values that equal the limit count. */
  readonly isInclusive: boolean;
  /** Rows that are in the set from the start. */
  readonly initial?: RowSet;
  /** Rows that are never added. */
  readonly without?: RowSet;
}

export function createPrefix({ order, values, isInclusive, initial, without }: PrefixOptions): Prefix {
  const rows = initial?.slice() ?? createRowSet(values.length);
  let size = 0;
  return {
    rows,
    get size() {
      return size;
    },
    extend(limit) {
      for (; size < order.length; size++) {
        const row = order[size] ?? 0;
        const value = values[row] ?? 0;
        if (value > limit || (value === limit && !isInclusive)) break;
        if (without === undefined || !hasRow(without, row)) addRow(rows, row);
      }
    },
  };
}
