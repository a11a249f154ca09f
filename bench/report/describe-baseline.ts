// The lines below a benchmark's table that state what its rows were compared with.

import type { ComparedRow, Run } from '@pareto/testkit';

export interface BaselineSummary {
  /** Kind of this machine. */
  readonly kind: string;
  /** Command that saves a baseline. */
  readonly saveCommand: string;
  /** Baseline of this kind of machine. Undefined if none is saved. */
  readonly baseline: Run | undefined;
  readonly rows: readonly ComparedRow[];
  /** Set if the run was to measure everything. */
  readonly isWhole: boolean;
}

export function describeBaseline({ kind, saveCommand, baseline, rows, isWhole }: BaselineSummary): string {
  if (baseline === undefined)
    return `There is no baseline of this kind of machine (${kind}). "${saveCommand}" saves one`;
  const { commit, date } = baseline;
  const worse = rows.filter(({ isWorse }) => isWorse).length;
  const missing = baseline.rows.filter((row) => !rows.some(({ name, unit }) => name === row.name && unit === row.unit));
  return [
    `Baseline of ${kind}: commit ${commit}, ${date.slice(0, 10)}. Rows that are worse: ${worse}`,
    ...(isWhole
      ? missing.map(({ name, unit }) => `Only the baseline has this row: ${name}${unit && ` (${unit})`}`)
      : []),
  ].join('\n');
}
