// Table of the files that were not generated from a trained model, with the reasons.

import type { wire } from '@pareto/protocol';
import { formatTable } from '@pareto/report';

interface Row {
  readonly recipe: string;
  readonly reason: string;
  /** Architectures with this recipe and reason. */
  readonly architectures: readonly string[];
}

/** Returns one row per recipe and reason. Empty if every file was generated. */
export function formatNotMade(outcomes: readonly wire.RecipeOutcome[], width: number): string {
  const rows = new Map<string, Row>();
  for (const { architecture, recipe, declined, error } of outcomes) {
    const reason = error === '' ? declined : `failed: ${error}`;
    if (reason === '') continue;
    const key = `${recipe} ${reason}`;
    rows.set(key, { recipe, reason, architectures: [...(rows.get(key)?.architectures ?? []), architecture] });
  }
  if (rows.size === 0) return '';
  return formatTable<Row>(
    [
      { title: 'NOT MADE', cell: ({ recipe }) => recipe },
      { title: 'REASON', text: true, cell: ({ reason }) => reason },
      { title: 'OF', text: true, cell: ({ architectures }) => architectures.join(', ') },
    ],
    [...rows.values()],
    { width },
  );
}
