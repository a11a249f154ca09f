// The order of eligible candidates.

import { loadField, loadFields } from '../route/candidate-loads.js';
import type { Examination } from './examination.js';
import { compareCosts, compareGroups } from './order.js';

/** Returns whether the keys of two measured candidates decide that row `a` is worse than row `b`. */
const isClearlyWorse = ({ ranks, keys }: Examination, a: number, b: number): boolean =>
  (keys[a] ?? NaN) > (keys[b] ?? NaN) && !Number.isNaN(ranks[a]) && !Number.isNaN(ranks[b]);

/** Returns whether a query would not wait at the candidate of a row. */
const isFree = ({ columns: { index }, loads, query: { now } }: Examination, row: number): boolean =>
  loads === undefined || (loads[loadFields * (index[row] ?? 0) + loadField.freeAt] ?? Infinity) <= now;

/**
 * Returns whether the candidate of one row is better than that of another. After the group, what the objective prefers (cost
 * or accuracy) decides, then the other of the two, then the slack.
 */
export function isBetter(examined: Examination, a: number, b: number): boolean {
  const { idleFirst = false, objective } = examined.query;
  if (!idleFirst && isClearlyWorse(examined, a, b)) return false;
  const { candidates, predictedMs } = examined.columns;
  const [one, other] = [candidates[a], candidates[b]];
  if (one === undefined || other === undefined) return one !== undefined;
  const byGroup = compareGroups(one, other);
  if (byGroup !== 0) return byGroup < 0;
  const isIdle = idleFirst && isFree(examined, a);
  if (idleFirst && isIdle !== isFree(examined, b)) return isIdle;
  const byAccuracy = compareNumbers(examined.ranks[a] ?? NaN, examined.ranks[b] ?? NaN);
  const byCost = compareCosts(one, other);
  const prefersCost = objective.prefer === 'cost' || (idleFirst && !isIdle);
  const byPreference = prefersCost ? byCost || byAccuracy : byAccuracy || byCost;
  return (byPreference || compareNumbers(predictedMs[a] ?? 0, predictedMs[b] ?? 0)) < 0;
}

const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
