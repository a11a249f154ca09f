// The order of eligible candidates.

import type { PartialObjective } from '@pareto/core';
import { compareCosts, compareGroups } from './order.js';
import type { TargetColumns } from './target-columns.js';
import type { Preference, SelectionQuery } from './verdict.js';

/** The rows of a target, and the numbers by which most comparisons of a query are decided. */
export interface Ranked {
  readonly columns: TargetColumns;
  /** Accuracies that are compared with the floor. */
  readonly accuracies: Float64Array;
  /** Costs or ranks by accuracy, as the query prefers. A smaller key is better. */
  readonly keys: Float64Array;
}

export function createRanked(columns: TargetColumns, { objective, preference }: SelectionQuery): Ranked {
  const accuracies = objective.accuracyBound === 'lower95' ? columns.lower95 : columns.accuracy;
  return { columns, accuracies, keys: preference === 'cheapest' ? columns.cost : columns.rank };
}

/** Returns whether the keys of two measured candidates decide that row `a` is worse than row `b`. */
const isClearlyWorse = ({ columns: { rank }, keys }: Ranked, a: number, b: number): boolean =>
  (keys[a] ?? NaN) > (keys[b] ?? NaN) && !Number.isNaN(rank[a]) && !Number.isNaN(rank[b]);

/**
 * Returns whether the candidate of one row is better than that of another. After the group, the query's preference (cost
 * or accuracy) decides, then the other of the two, then the slack.
 */
export function isBetter(ranked: Ranked, query: SelectionQuery, a: number, b: number): boolean {
  if (isClearlyWorse(ranked, a, b)) return false;
  const { candidates, predictedMs, rank } = ranked.columns;
  const [one, other] = [candidates[a], candidates[b]];
  if (one === undefined || other === undefined) return one !== undefined;
  const byGroup = compareGroups(one, other);
  if (byGroup !== 0) return byGroup < 0;
  const byAccuracy = compareNumbers(rank[a] ?? NaN, rank[b] ?? NaN);
  const byCost = compareCosts(one, other);
  const byPreference = query.preference === 'cheapest' ? byCost || byAccuracy : byAccuracy || byCost;
  return (byPreference || compareNumbers(predictedMs[a] ?? 0, predictedMs[b] ?? 0)) < 0;
}

/**
 * Returns `cheapest` if one of the sources (client or task) sets a latency, accuracy or cost. Otherwise returns
 * `most-accurate`: such a query gets the most accurate answer within the fallback latency.
 */
export function preferenceOf(...sources: readonly PartialObjective[]): Preference {
  const stated = sources.some(
    ({ latencyMs, minAccuracy, maxCostPer1k }) =>
      latencyMs !== undefined || minAccuracy !== undefined || maxCostPer1k !== undefined,
  );
  return stated ? 'cheapest' : 'most-accurate';
}

const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
