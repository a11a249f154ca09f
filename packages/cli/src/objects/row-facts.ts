// Formats whether queries may share batches of a variant, and what checks of live batches have found.

import type { wire } from '@pareto/protocol';
import { formatPercent } from '../terminal/format.js';

const texts: Readonly<Record<string, string>> = { proved: 'proved', checked: 'checked', mixed: 'not shared' };

/** Returns the verdict for a column. */
export const rowVerdict = ({ rows }: wire.Profile): string => texts[rows?.verdict ?? ''] ?? 'unverified';

/** Returns a sentence about the verdict. */
export function rowFact({ rows }: wire.Profile): string {
  switch (rows?.verdict) {
    case 'proved':
      return 'queries share batches: the graph proves that their rows are kept apart';
    case 'checked':
      return `queries share batches of up to ${rows.maxBatch} items: runs next to adversarial rows found that rows are kept apart`;
    case 'mixed':
      return `queries share no batches, because ${rows.live ? 'a check of live batches found that rows mix' : 'rows mix'}: ${rows.reason}`;
    case undefined:
    default:
      return 'queries share no batches until it is verified that their rows are kept apart';
  }
}

/** Returns sentences about the checks of live batches by all replicas. Empty without checks. */
export function liveFacts(replicas: readonly wire.ReplicaReport[]): readonly string[] {
  const sum = (field: 'checkedRows' | 'comparedRows' | 'agreedRows'): number =>
    replicas.reduce((total, replica) => total + replica[field], 0);
  const [checked, compared] = [sum('checkedRows'), sum('comparedRows')];
  const isMixed = replicas.some(({ mixedReason }) => mixedReason !== '');
  return [
    ...(checked === 0
      ? []
      : [`${checked} rows of live batches were checked: ${isMixed ? 'rows mix' : 'none differs'}`]),
    ...(compared === 0
      ? []
      : [`agrees with the original in ${formatPercent(sum('agreedRows') / compared)} of ${compared} live rows`]),
  ];
}
