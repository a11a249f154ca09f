// The order of candidates that does not depend on a query.

import { originalRecipe, type Candidate } from '@pareto/core';

/** Returns 0 for a measured candidate, 1 for an unmeasured original, and 2 for an unmeasured generated file. */
const groupOf = ({ accuracy, recipe }: Candidate): number =>
  accuracy !== undefined ? 0 : recipe === originalRecipe ? 1 : 2;

/**
 * Compares by what comes before any preference: measured candidates come before unmeasured ones, and of unmeasured ones
 * originals come before generated files.
 */
export const compareGroups = (a: Candidate, b: Candidate): number => groupOf(a) - groupOf(b);

/** Compares costs. An unknown cost is the highest. */
export function compareCosts({ costPer1k: a }: Candidate, { costPer1k: b }: Candidate): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  return b === undefined ? -1 : a - b;
}

/** Compares candidates of a list: the cheapest comes first, those without a price last. */
export function cheapestFirst(a: Candidate, b: Candidate): number {
  const costs = compareCosts(a, b);
  if (costs !== 0) return costs;
  if (a.variant !== b.variant) return a.variant < b.variant ? -1 : 1;
  return a.hardwareClass < b.hardwareClass ? -1 : 1;
}
