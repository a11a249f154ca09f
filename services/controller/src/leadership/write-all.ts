// Writes of the leader that may be too large for one transaction.

import { splitOperations, type Operation } from '@pareto/state';
import type { Leader } from './leadership.js';

/**
 * Writes the operations in order, in as many transactions as the store's limits require. A concurrent reader may see
 * only the first ones.
 */
export async function writeAll(leader: Pick<Leader, 'write'>, operations: readonly Operation[]): Promise<void> {
  for (const part of splitOperations(operations)) await leader.write([], part);
}
