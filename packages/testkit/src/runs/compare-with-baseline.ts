// Compares measured values with those of an earlier run on the same kind of machine.

import { judgeRow, type JudgedRow, type Row } from './rows.js';

/** A row next to its baseline. The last three fields are absent if the baseline has no value for the row. */
export interface ComparedRow extends JudgedRow {
  readonly baseline?: number;
  /** Change as a fraction of the baseline. Null if the baseline is 0. */
  readonly change?: number | null;
  readonly isWorse?: boolean;
}

const defaultNoise = 0.05;
/** Units of ratios and counts. Times of machines of one kind differ by a factor of two, ratios and counts do not. */
const judgedUnits = ['x', '%', ''];

/**
 * Compares a row with the row of the baseline that has its name and unit. It is worse if it has moved away from its
 * target by more than its noise (default: 5 %). A row without a target, or with another unit and without stated noise,
 * is not judged.
 */
export function compareWithBaseline(row: Row, baseline: readonly JudgedRow[]): ComparedRow {
  const judged = judgeRow(row);
  const before = baseline.find(({ name, unit }) => name === row.name && unit === row.unit)?.value ?? undefined;
  if (before === undefined || judged.value === null) return judged;
  const isJudged = row.noise !== undefined || judgedUnits.includes(row.unit);
  const isWorse = isJudged && worseBy(row, before) > (row.noise ?? defaultNoise) * Math.abs(before);
  return {
    ...judged,
    baseline: before,
    change: before === 0 ? null : (row.value - before) / Math.abs(before),
    isWorse,
  };
}

/** Returns by how much the value is further from its target than before. Negative if it is closer. */
function worseBy({ value, reach }: Row, before: number): number {
  if (reach === undefined) return 0;
  if ('above' in reach) return before - value;
  if ('exactly' in reach) return Math.abs(value - reach.exactly) - Math.abs(before - reach.exactly);
  return value - before;
}
