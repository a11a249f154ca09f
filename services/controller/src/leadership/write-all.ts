// Writes of the leader that may be too large for one transaction.

import { splitOperations, type Compare, type Operation } from '@pareto/state';
import type { Leader } from './leadership.js';

/**
 * Writes the operations in order, in as many transactions as the store's limits require. A concurrent reader may see
 * only the first ones. Returns false, without the remaining writes, if `compares` did not hold for a transaction.
 */
export async function writeAll(
  leader: Pick<Leader, 'write'>,
  operations: readonly Operation[],
  compares: readonly Compare[] = [],
): Promise<boolean> {
  for (const part of splitOperations(operations)) if (!(await leader.write(compares, part))) return false;
  return true;
}
