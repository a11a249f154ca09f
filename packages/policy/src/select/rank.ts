// The order of eligible candidates.

import type { Objective } from '@pareto/core';
import { loadField, loadFields } from '../route/candidate-loads.js';
import type { Examination } from './examination.js';
import { compareCosts, compareGroups } from './order.js';
import type { Preference } from './selection-query.js';

/** Returns whether the keys of two measured candidates decide that row `a` is worse than row `b`. */
const isClearlyWorse = ({ columns: { rank }, keys }: Examination, a: number, b: number): boolean =>
  (keys[a] ?? NaN) > (keys[b] ?? NaN) && !Number.isNaN(rank[a]) && !Number.isNaN(rank[b]);

/** Returns whether a query would not wait at the candidate of a row. */
const isFree = ({ columns: { index }, loads, query: { now } }: Examination, row: number): boolean =>
  loads === undefined || (loads[loadFields * (index[row] ?? 0) + loadField.freeAt] ?? Infinity) <= now;

/**
 * Returns whether the candidate of one row is better than that of another. After the group, the query's preference (cost
 * or accuracy) decides, then the other of the two, then the slack.
 */
export function isBetter(examined: Examination, a: number, b: number): boolean {
  let order = examined.query.preference;
  if (order !== 'most-accurate-idle' && isClearlyWorse(examined, a, b)) return false;
  const { candidates, predictedMs, rank } = examined.columns;
  const [one, other] = [candidates[a], candidates[b]];
  if (one === undefined || other === undefined) return one !== undefined;
  const byGroup = compareGroups(one, other);
  if (byGroup !== 0) return byGroup < 0;
  if (order === 'most-accurate-idle') {
    const isIdle = isFree(examined, a);
    if (isIdle !== isFree(examined, b)) return isIdle;
    order = isIdle ? 'most-accurate' : 'cheapest';
  }
  const byAccuracy = compareNumbers(rank[a] ?? NaN, rank[b] ?? NaN);
  const byCost = compareCosts(one, other);
  const byPreference = order === 'cheapest' ? byCost || byAccuracy : byAccuracy || byCost;
  return (byPreference || compareNumbers(predictedMs[a] ?? 0, predictedMs[b] ?? 0)) < 0;
}

export const preferenceOf = ({ prefer }: Pick<Objective, 'prefer'>): Preference =>
  prefer === 'cost' ? 'cheapest' : 'most-accurate';

const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
