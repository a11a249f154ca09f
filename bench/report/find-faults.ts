// Finds what is wrong with the rows of a benchmark, so that one that measures nothing does not go unnoticed.

import type { Row } from '@pareto/testkit';

/** Returns a sentence for each fault. */
export function findFaults(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return ['Nothing was measured. --only needs a part of the name of what is measured.'];
  const keys = rows.map(({ name, unit }) => `${name} (${unit})`);
  return [
    ...keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `Two rows are named "${key}".`),
    ...rows.filter(({ value }) => !Number.isFinite(value)).map(({ name }) => `"${name}" has no value.`),
  ];
}
