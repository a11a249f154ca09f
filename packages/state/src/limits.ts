// What every store accepts: the narrowest of what etcd and the embedded database take.

import { ParetoError } from '@pareto/core';
import type { Operation, Transaction } from './store.js';

const maxKeyLength = 1024;
const maxOperations = 128;
/** etcd takes as many compares as operations, and the store adds one of its own. */
export const maxCompares: number = maxOperations - 1;
/** Of all keys and values of a transaction. */
export const maxTransactionBytes: number = 2 ** 20;

const keyPattern = /^[\x21-\x7e]+$/;

/** Throws `invalid-argument` unless every store would take the transaction. */
export function checkTransaction({ compares, operations }: Transaction): void {
  if (compares.length > maxCompares || operations.length > maxOperations) {
    throw refusal(
      `has ${compares.length} compares and ${operations.length} operations, at most ${maxCompares} and ${maxOperations} ` +
        'are possible',
    );
  }
  const earlier: Operation[] = [];
  let size = 0;
  for (const operation of operations) {
    if (operation.kind !== 'delete-prefix') checkKey(operation.key);
    if (earlier.some((other) => overlap(other, operation)))
      throw refusal(`writes ${JSON.stringify(target(operation))} twice`);
    earlier.push(operation);
    size += bytesOf(operation);
  }
  if (size > maxTransactionBytes)
    throw refusal(`holds ${size} bytes, at most ${maxTransactionBytes} are possible: split it`);
}

/** In order, in as many transactions as it takes: each is what every store takes at once, unless one operation alone is larger. */
export function* splitOperations(operations: readonly Operation[]): Generator<readonly Operation[]> {
  let part: Operation[] = [];
  let size = 0;
  for (const operation of operations) {
    const bytes = bytesOf(operation);
    if (part.length === maxOperations || (part.length > 0 && size + bytes > maxTransactionBytes)) {
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
  throw refusal(
    `has the key ${JSON.stringify(key.slice(0, 200))}: expected 1 to ${maxKeyLength} printable ASCII characters`,
  );
}

const target = (operation: Operation): string =>
  operation.kind === 'delete-prefix' ? operation.prefix : operation.key;

/** Deletions may overlap each other. */
function overlap(one: Operation, other: Operation): boolean {
  if (one.kind === 'delete-prefix') return other.kind === 'put' && other.key.startsWith(one.prefix);
  if (other.kind === 'delete-prefix') return one.kind === 'put' && one.key.startsWith(other.prefix);
  return one.key === other.key;
}

const refusal = (what: string): ParetoError => new ParetoError('invalid-argument', `the store transaction ${what}`);
