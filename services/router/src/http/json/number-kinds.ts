// Defines for each datatype which JSON elements are accepted, and how they are stored.

import type { DataType } from '@pareto/core';
import { next, type JsonCursor } from './cursor.js';
import { readInteger, readLiteral, readNumber, startsLiteral, startsNumber } from './scalars.js';

interface ElementArray {
  readonly raw: Buffer;
  /** Reads an element and stores it. Returns false if it is not of this kind. */
  read(index: number, cursor: JsonCursor): boolean;
}

export interface NumberKind {
  /** Description for errors, e.g. "an integer from 0 to 255". */
  readonly expected: string;
  create(count: number): ElementArray;
}

interface TypedArray<V> {
  readonly buffer: ArrayBuffer;
  [index: number]: V;
}

/** `read` returns the value to store, or undefined if the element is not of this kind. */
const kindOf = <V>(
  array: new (count: number) => TypedArray<V>,
  expected: string,
  read: (cursor: JsonCursor) => V | undefined,
): NumberKind => ({
  expected,
  create(count) {
    const values = new array(count);
    return {
      raw: Buffer.from(values.buffer),
      read(index, cursor) {
        const value = read(cursor);
        if (value === undefined) return false;
        values[index] = value;
        return true;
      },
    };
  },
});

const range = (min: number | bigint, max: number | bigint): string => `an integer from ${min} to ${max}`;

const isNumberNext = (cursor: JsonCursor): boolean => startsNumber(next(cursor));

const integers = (array: new (count: number) => TypedArray<number>, min: number, max: number): NumberKind =>
  kindOf(array, range(min, max), (cursor) => {
    const number = isNumberNext(cursor) ? readNumber(cursor) : NaN;
    return Number.isInteger(number) && number >= min && number <= max ? number : undefined;
  });

const floats = (array: new (count: number) => TypedArray<number>): NumberKind =>
  kindOf(array, 'a number', (cursor) => (isNumberNext(cursor) ? readNumber(cursor) : undefined));

const longs = (array: new (count: number) => TypedArray<bigint>, min: bigint, max: bigint): NumberKind =>
  kindOf(array, range(min, max), (cursor) => {
    const integer = isNumberNext(cursor) ? readInteger(cursor) : undefined;
    // A safe integer is in the range of every signed kind. Comparing it with a bigint is slow.
    if (typeof integer === 'number') return integer >= 0 || min < 0n ? BigInt(integer) : undefined;
    return integer !== undefined && integer >= min && integer <= max ? integer : undefined;
  });

const booleans = kindOf(Uint8Array, 'true or false', (cursor) => {
  const literal = startsLiteral(next(cursor)) ? readLiteral(cursor) : null;
  return literal === null ? undefined : Number(literal);
});

/** FP16 and BF16 are missing because JSON cannot represent them, and BYTES because its elements have no fixed size. */
export const numberKinds: Readonly<Partial<Record<DataType, NumberKind>>> = {
  BOOL: booleans,
  INT8: integers(Int8Array, -(2 ** 7), 2 ** 7 - 1),
  INT16: integers(Int16Array, -(2 ** 15), 2 ** 15 - 1),
  INT32: integers(Int32Array, -(2 ** 31), 2 ** 31 - 1),
  INT64: longs(BigInt64Array, -(2n ** 63n), 2n ** 63n - 1n),
  UINT8: integers(Uint8Array, 0, 2 ** 8 - 1),
  UINT16: integers(Uint16Array, 0, 2 ** 16 - 1),
  UINT32: integers(Uint32Array, 0, 2 ** 32 - 1),
  UINT64: longs(BigUint64Array, 0n, 2n ** 64n - 1n),
  FP32: floats(Float32Array),
  FP64: floats(Float64Array),
};
