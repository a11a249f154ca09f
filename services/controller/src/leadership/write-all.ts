// Writes of the leader that may be too large for one transaction.

import { maxCompares, splitOperations, type Compare, type Operation } from '@pareto/state';
import type { Leader } from './leadership.js';
import { unchangedIn, type RecordView } from '../storage/record-tables.js';

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

/**
 * Writes the operations as `writeAll` does, on the condition that each record that they write or delete is the one in
 * `records`, which they were computed from: another one may be a result of a worker that was stored meanwhile. They are split
 * from the end, so that the last ones are written together.
 */
export async function writeUnchanged(
  leader: Pick<Leader, 'write'>,
  records: RecordView,
  operations: readonly Operation[],
  compares: readonly Compare[] = [],
): Promise<boolean> {
  // The leader adds a compare of its candidacy.
  const parts = [...splitOperations(operations.toReversed(), maxCompares - 1 - compares.length)].reverse();
  const unchanged = (one: Operation): Compare | readonly Compare[] =>
    one.kind === 'delete-prefix' ? [] : (unchangedIn(records, one.key) ?? []);
  // All compares are made now, because the records change with each write.
  const writes = parts.map((part) => ({ part, all: [...compares, ...part.flatMap(unchanged)] }));
  for (const { part, all } of writes) if (!(await leader.write(all, part))) return false;
  return true;
}
