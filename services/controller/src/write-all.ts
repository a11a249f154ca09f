// Writes of a leader that may not fit one transaction: as many as the store's limits make necessary, in order.

import { maxOperations, maxTransactionBytes, type Operation } from '@pareto/state';
import type { Leader } from './leadership.js';

/** Whoever reads in between sees the first of them only. */
export async function writeAll(leader: Leader, operations: readonly Operation[]): Promise<void> {
  for (const chunk of chunks(operations)) await leader.write([], chunk);
}

function* chunks(operations: readonly Operation[]): Generator<readonly Operation[]> {
  let chunk: Operation[] = [];
  let size = 0;
  for (const operation of operations) {
    const bytes = sizeOf(operation);
    if (chunk.length === maxOperations || size + bytes > maxTransactionBytes) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(operation);
    size += bytes;
  }
  if (chunk.length > 0) yield chunk;
}

function sizeOf(operation: Operation): number {
  if (operation.kind === 'delete-prefix') return operation.prefix.length;
  return operation.key.length + (operation.kind === 'put' ? Buffer.byteLength(operation.value) : 0);
}
