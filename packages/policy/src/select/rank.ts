// The order of eligible candidates.

import type { Candidate, PartialObjective } from '@pareto/core';
import { compareCosts, compareGroups } from './order.js';
import type { TargetColumns } from './target-columns.js';
import { accuracyOf, type Preference, type SelectionQuery } from './verdict.js';

/** The rows of a target, and the numbers by which most comparisons of a query are decided. */
export interface Ranked {
  readonly columns: TargetColumns;
  readonly accuracies: Float64Array;
  /** Costs or accuracies, as the query prefers. */
  readonly keys: Float64Array;
  /** 1 if a smaller key is better, -1 if a larger one is. */
  readonly sign: 1 | -1;
}

export function createRanked(columns: TargetColumns, { objective, preference }: SelectionQuery): Ranked {
  const accuracies = objective.accuracyBound === 'lower95' ? columns.lower95 : columns.accuracy;
  const isCheapest = preference === 'cheapest';
  return { columns, accuracies, keys: isCheapest ? columns.cost : accuracies, sign: isCheapest ? 1 : -1 };
}

/** Returns whether the keys of two measured candidates decide that row `a` is worse than row `b`. */
const isClearlyWorse = ({ accuracies, keys, sign }: Ranked, a: number, b: number): boolean =>
  sign * ((keys[a] ?? NaN) - (keys[b] ?? NaN)) > 0 && !Number.isNaN(accuracies[a]) && !Number.isNaN(accuracies[b]);

/** Returns whether the candidate of one row is better than that of another. */
export function isBetter(ranked: Ranked, query: SelectionQuery, a: number, b: number): boolean {
  if (isClearlyWorse(ranked, a, b)) return false;
  const { candidates, predictedMs } = ranked.columns;
  const [one, other] = [candidates[a], candidates[b]];
  if (one === undefined || other === undefined) return one !== undefined;
  return compareCandidates(query, one, predictedMs[a] ?? 0, other, predictedMs[b] ?? 0) < 0;
}

/**
 * Returns a negative number if `a` is better. After the group, the query's preference (cost or accuracy) decides, then
 * the other of the two, then the slack.
 */
function compareCandidates(
  query: SelectionQuery,
  a: Candidate,
  aPredictedMs: number,
  b: Candidate,
  bPredictedMs: number,
): number {
  const byGroup = compareGroups(a, b);
  if (byGroup !== 0) return byGroup;
  const { accuracyBound } = query.objective;
  const byAccuracy = (accuracyOf(b, accuracyBound) ?? 0) - (accuracyOf(a, accuracyBound) ?? 0);
  const byCost = compareCosts(a, b);
  const byPreference = query.preference === 'cheapest' ? byCost || byAccuracy : byAccuracy || byCost;
  return byPreference || compareTimes(aPredictedMs, bPredictedMs);
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

const compareTimes = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
