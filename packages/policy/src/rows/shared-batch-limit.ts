// The number of items up to which queries share batches.

import type { Profile } from '@pareto/core';

/** Returns the maximum number of items of a batch that several queries share. 1 if queries must not share batches. */
export function sharedBatchLimit({ rows }: Pick<Profile, 'rows'>): number {
  switch (rows?.kind) {
    case 'proved':
      return Infinity;
    case 'checked':
      return rows.maxBatch;
    case 'mixed':
    case undefined:
      return 1;
  }
}
