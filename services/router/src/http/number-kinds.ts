// How each datatype's elements are written from JSON: what is accepted, and where it goes.

import type { DataType } from '@pareto/core';
import { exactNumber } from './parse-json.js';

/** Thrown when a number is too long for a plain parse: the data is to be read again from the exact one. */
export class NeedsExactNumbers extends Error {}

interface ElementArray {
  readonly raw: Buffer;
  /** False when the element isn't one of this kind. */
  set(index: number, element: unknown): boolean;
}

export interface NumberKind {
  /** E.g. "an integer from 0 to 255". */
  readonly expected: string;
  create(count: number): ElementArray;
}

type IntegerArray =
  | Int8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor;

const integers = (array: IntegerArray, min: number, max: number): NumberKind => ({
  expected: `an integer from ${min} to ${max}`,
  create(count) {
    const values = new array(count);
    return {
      raw: Buffer.from(values.buffer),
      set(index, element) {
        if (typeof element !== 'number' || !Number.isInteger(element) || element < min || element > max) return false;
        values[index] = element;
        return true;
      },
    };
  },
});

const floats = (array: Float32ArrayConstructor | Float64ArrayConstructor): NumberKind => ({
  expected: 'a number',
  create(count) {
    const values = new array(count);
    return {
      raw: Buffer.from(values.buffer),
      set(index, element) {
        const number = typeof element === 'number' ? element : exactNumber(element);
        if (number === undefined) return false;
        values[index] = Number(number);
        return true;
      },
    };
  },
});

const longs = (array: BigInt64ArrayConstructor | BigUint64ArrayConstructor, min: bigint, max: bigint): NumberKind => ({
  expected: `an integer from ${min} to ${max}`,
  create(count) {
    const values = new array(count);
    return {
      raw: Buffer.from(values.buffer),
      set(index, element) {
        const number = exactNumber(element);
        if (number === undefined || (typeof number === 'number' && !Number.isInteger(number))) return false;
        if (typeof number === 'number' && !Number.isSafeInteger(number)) throw new NeedsExactNumbers();
        const long = BigInt(number);
        if (long < min || long > max) return false;
        values[index] = long;
        return true;
      },
    };
  },
});

const booleans: NumberKind = {
  expected: 'true or false',
  create(count) {
    const raw = Buffer.alloc(count);
    return {
      raw,
      set(index, element) {
        if (typeof element !== 'boolean') return false;
        raw[index] = element ? 1 : 0;
        return true;
      },
    };
  },
};

/** FP16 and BF16 have no form in JSON, and BYTES no fixed size. */
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
