// Writes of a leader that may not fit one transaction: as many as the store's limits make necessary, in order.

import { splitOperations, type Operation } from '@pareto/state';
import type { Leader } from './leadership.js';

/** Whoever reads in between sees the first of them only. */
export async function writeAll(leader: Leader, operations: readonly Operation[]): Promise<void> {
  for (const part of splitOperations(operations)) await leader.write([], part);
}
