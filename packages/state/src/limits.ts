// The limits of transactions: the lower of those of etcd and of the embedded database.

import { ParetoError } from '@pareto/core';
import type { Operation, Transaction } from './store.js';

const maxKeyLength = 1024;
const maxOperations = 128;
/** Maximum number of compares. etcd allows as many as operations, and the store adds one. */
export const maxCompares: number = maxOperations - 1;
/** Maximum size of all keys and values of a transaction. */
export const maxTransactionBytes: number = 2 ** 20;

const keyPattern = /^[\x21-\x7e]+$/;

/** Throws `invalid-argument` if a transaction exceeds a limit, has an invalid key, or writes a key twice. */
export function checkTransaction({ compares, operations }: Transaction): void {
  if (compares.length > maxCompares || operations.length > maxOperations) {
    throw limitError(
      `has ${compares.length} compares and ${operations.length} operations, but the limits are ${maxCompares} and ` +
        `${maxOperations}: split it`,
    );
  }
  const earlier: Operation[] = [];
  let size = 0;
  for (const operation of operations) {
    if (operation.kind !== 'delete-prefix') checkKey(operation.key);
    if (earlier.some((other) => overlap(other, operation)))
      throw limitError(`writes ${JSON.stringify(target(operation))} twice`);
    earlier.push(operation);
    size += bytesOf(operation);
  }
  if (size > maxTransactionBytes)
    throw limitError(`has ${size} bytes, but the limit is ${maxTransactionBytes}: split it`);
}

/**
 * Splits operations, in order, into transactions within the limits, and of at most `maxCount` operations. A single operation that
 * exceeds them is not split.
 */
export function* splitOperations(
  operations: readonly Operation[],
  maxCount: number = maxOperations,
): Generator<readonly Operation[]> {
  let part: Operation[] = [];
  let size = 0;
  for (const operation of operations) {
    const bytes = bytesOf(operation);
    if (part.length === maxCount || (part.length > 0 && size + bytes > maxTransactionBytes)) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(operation);
    size += bytes;
  }
  if (part.length > 0) yield part;
}

const bytesOf = (operation: Operation): number =>
  target(operation).length + (operation.kind === 'put' ? Buffer.byteLength(operation.value) : 0);

function checkKey(key: string): void {
  if (key.length <= maxKeyLength && keyPattern.test(key)) return;
  throw limitError(
    `has the key ${JSON.stringify(key.slice(0, 200))}: expected 1 to ${maxKeyLength} printable ASCII characters`,
  );
}

const target = (operation: Operation): string =>
  operation.kind === 'delete-prefix' ? operation.prefix : operation.key;

/** Returns whether two operations write the same key. Two deletions may overlap. */
function overlap(one: Operation, other: Operation): boolean {
  if (one.kind === 'delete-prefix') return other.kind === 'put' && other.key.startsWith(one.prefix);
  if (other.kind === 'delete-prefix') return one.kind === 'put' && one.key.startsWith(other.prefix);
  return one.key === other.key;
}

const limitError = (what: string): ParetoError => new ParetoError('invalid-argument', `the store transaction ${what}`);
