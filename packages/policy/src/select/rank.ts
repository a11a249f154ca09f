// The order of eligible candidates.

import { originalRecipe, type Candidate, type PartialObjective } from '@pareto/core';
import { accuracyOf, type Preference, type SelectionQuery } from './verdict.js';

/**
 * Returns a negative number if `a` is better. Measured candidates come before unmeasured ones, and of unmeasured ones
 * originals come before generated files. Then the query's preference (cost or accuracy) decides, then the other of the
 * two, then the slack.
 */
export function compareCandidates(
  query: SelectionQuery,
  a: Candidate,
  aPredictedMs: number,
  b: Candidate,
  bPredictedMs: number,
): number {
  const { accuracyBound } = query.objective;
  const aAccuracy = accuracyOf(a, accuracyBound);
  const bAccuracy = accuracyOf(b, accuracyBound);
  if (aAccuracy === undefined || bAccuracy === undefined) {
    if (aAccuracy !== bAccuracy) return aAccuracy === undefined ? 1 : -1;
    if ((a.recipe === originalRecipe) !== (b.recipe === originalRecipe)) return a.recipe === originalRecipe ? -1 : 1;
  }
  const byAccuracy = (bAccuracy ?? 0) - (aAccuracy ?? 0);
  const byCost = compareCosts(a.costPer1k, b.costPer1k);
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

function compareCosts(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  return b === undefined ? -1 : a - b;
}

const compareTimes = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
