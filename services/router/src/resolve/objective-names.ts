// The names of an objective's fields in parameters and metadata, and the detection of misspelt ones. A misspelt field
// would otherwise be ignored like any unknown parameter, and the query answered without the floor that its client set.

import { editDistance } from '@pareto/core';

/** The fields of an objective, as request parameters. */
export const objectiveFields = [
  'latency_ms',
  'min_accuracy',
  'accuracy_bound',
  'max_cost_per_1k',
  'class',
  'degrade',
  'prefer',
] as const;

/** Longer names are not compared, so that the work for a hostile request stays bounded. */
const maxLength = 32;

const normalise = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Returns the name that was most likely meant: one that differs in at most one inserted, deleted, replaced or swapped
 * character, apart from case and separators. Undefined if there is none.
 */
export function misspeltOf(name: string, known: readonly string[]): string | undefined {
  if (name.length > maxLength) return undefined;
  const normalised = normalise(name);
  return known.find((each) => editDistance(normalised, normalise(each)) <= 1);
}
