// Files that were not made of a trained model, and why.

import type { wire } from '@pareto/rpc';
import { formatTable } from '../terminal/table.js';

interface Row {
  readonly recipe: string;
  readonly why: string;
  /** Those that it is the same for. */
  readonly architectures: readonly string[];
}

/** One row a recipe and reason; empty when every file was made. */
export function formatNotMade(outcomes: readonly wire.RecipeOutcome[]): string {
  const rows = new Map<string, Row>();
  for (const { architecture, recipe, declined, error } of outcomes) {
    const why = error === '' ? declined : `failed: ${error}`;
    if (why === '') continue;
    const key = `${recipe} ${why}`;
    rows.set(key, { recipe, why, architectures: [...(rows.get(key)?.architectures ?? []), architecture] });
  }
  if (rows.size === 0) return '';
  return formatTable<Row>(
    [
      { title: 'NOT MADE', cell: ({ recipe }) => recipe },
      { title: 'REASON', cell: ({ why }) => why },
      { title: 'OF', cell: ({ architectures }) => architectures.join(', ') },
    ],
    [...rows.values()],
  );
}
