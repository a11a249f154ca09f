// Tables and sentences about the files that were not generated from a trained model.

import type { wire } from '@pareto/protocol';
import { formatTable, wrap } from '@pareto/report';

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

const isDeclined = ({ declined, error }: wire.RecipeOutcome): boolean => declined !== '' && error === '';

/**
 * Returns the table of the files whose generation failed, and the number of the files that were declined, by recipe.
 * Empty if every file was generated.
 */
export function summarizeNotMade(outcomes: readonly wire.RecipeOutcome[], task: string, width: number): string {
  const failed = formatNotMade(
    outcomes.filter((outcome) => !isDeclined(outcome)),
    width,
  );
  const declined = outcomes.filter(isDeclined).map(({ recipe }) => recipe);
  if (declined.length === 0) return failed;
  const counts = [...new Set(declined)].map(
    (recipe) => `${declined.filter((each) => each === recipe).length} ${recipe}`,
  );
  const files = declined.length === 1 ? '1 file was' : `${declined.length} files were`;
  const sentence = `${files} declined (${counts.join(', ')}): 'pareto describe ${task}' shows the reasons.`;
  return [failed, wrap(sentence, width).join('\n')].filter((part) => part !== '').join('\n\n');
}
