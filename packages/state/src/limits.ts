// What every store accepts: the narrowest of what etcd and the embedded database take.

import { ParetoError } from '@pareto/core';
import type { Operation, Transaction } from './store.js';

const maxKeyLength = 1024;
export const maxOperations = 128;
/** Of all keys and values of a transaction. */
export const maxTransactionBytes: number = 2 ** 20;

const keyPattern = /^[\x21-\x7e]+$/;

/** Throws `invalid-argument` unless every store would take the transaction. */
export function checkTransaction({ compares, operations }: Transaction): void {
  if (compares.length > maxOperations || operations.length > maxOperations) {
    throw refusal(
      `has ${compares.length} compares and ${operations.length} operations, at most ${maxOperations} of each are possible`,
    );
  }
  const written = new Set<string>();
  let size = 0;
  for (const operation of operations) {
    if (operation.kind !== 'delete-prefix') checkKey(operation.key);
    if (overlaps(written, operation)) throw refusal(`writes ${JSON.stringify(target(operation))} twice`);
    written.add(target(operation));
    size += target(operation).length + (operation.kind === 'put' ? Buffer.byteLength(operation.value) : 0);
  }
  if (size > maxTransactionBytes)
    throw refusal(`holds ${size} bytes, at most ${maxTransactionBytes} are possible: split it`);
}

function checkKey(key: string): void {
  if (key.length <= maxKeyLength && keyPattern.test(key)) return;
  throw refusal(
    `has the key ${JSON.stringify(key.slice(0, 200))}: expected 1 to ${maxKeyLength} printable ASCII characters`,
  );
}

const target = (operation: Operation): string =>
  operation.kind === 'delete-prefix' ? operation.prefix : operation.key;

function overlaps(written: ReadonlySet<string>, operation: Operation): boolean {
  if (operation.kind !== 'delete-prefix') return written.has(operation.key);
  return [...written].some((key) => key.startsWith(operation.prefix));
}

const refusal = (what: string): ParetoError => new ParetoError('invalid-argument', `the store transaction ${what}`);
