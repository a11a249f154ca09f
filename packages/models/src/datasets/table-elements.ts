// Turns the values of tables into the elements of tensors.

import { elementBytes, type DataType } from '@pareto/core';
import { maxHalf, toHalf } from '../tensors/half.js';

/** A value in a table. All values of CSV are texts. Null is a missing value. */
export type Scalar = string | number | boolean | null;

export interface Elements {
  /** Describes the values that can be added, for errors. */
  readonly expected: string;
  /** Appends a value. Returns false if it is not an element of the type. */
  add(value: Scalar): boolean;
  /** Returns the elements as the data of a tensor. */
  data(): Uint8Array;
}

interface ElementType {
  readonly expected: string;
  /** Appends the element of a value, or returns false. */
  write(value: Scalar, to: GrowingBuffer): boolean;
}

interface GrowingBuffer {
  content: Buffer;
  length: number;
}

/** Bytes that the largest element of a fixed size takes. */
const maxElementBytes = 8;

export function createElements(datatype: DataType): Elements {
  const type = elementTypes[datatype];
  const buffer: GrowingBuffer = { content: Buffer.alloc(1024), length: 0 };
  return {
    expected: type.expected,
    add: (value) => type.write(value, buffer),
    data: () => buffer.content.subarray(0, buffer.length),
  };
}

/** Returns the position of new content of at most `bytes`. */
function reserve(buffer: GrowingBuffer, bytes: number): number {
  const { content, length } = buffer;
  if (length + bytes > content.length)
    buffer.content = Buffer.concat([content.subarray(0, length)], Math.max(2 * content.length, length + bytes));
  return length;
}

/** Text may be missing: it is empty then. */
const text: ElementType = {
  expected: 'a text',
  write(value, to) {
    if (value !== null && typeof value !== 'string') return false;
    const bytes = Buffer.byteLength(value ?? '');
    const at = reserve(to, 4 + bytes);
    to.content.writeUInt32LE(bytes, at);
    to.content.write(value ?? '', at + 4);
    to.length = at + 4 + bytes;
    return true;
  },
};

/** Returns the type of a fraction. A missing one is NaN. `largest` is the largest finite element. */
function fraction(
  datatype: DataType,
  largest: number,
  put: (value: number, to: Buffer, at: number) => void,
): ElementType {
  return {
    expected: `a number (${datatype})`,
    write(value, to) {
      const element = numberOf(value);
      if (element === undefined || (Number.isFinite(element) && Math.abs(element) > largest)) return false;
      const at = reserve(to, maxElementBytes);
      put(element, to.content, at);
      to.length = at + elementBytes[datatype];
      return true;
    },
  };
}

/** Returns the type of an integer, which cannot be missing. */
function whole(datatype: DataType, [min, max]: readonly [bigint, bigint]): ElementType {
  return {
    expected: `a whole number from ${min} to ${max} (${datatype})`,
    write(value, to) {
      const element = wholeOf(value);
      if (element === undefined || element < min || element > max) return false;
      const at = reserve(to, maxElementBytes);
      // The bytes above the element's size are overwritten by the next element.
      to.content.writeBigInt64LE(BigInt.asIntN(64, element), at);
      to.length = at + elementBytes[datatype];
      return true;
    },
  };
}

const signed = (datatype: DataType): ElementType => {
  const half = 1n << BigInt(8 * elementBytes[datatype] - 1);
  return whole(datatype, [-half, half - 1n]);
};
const unsigned = (datatype: DataType): ElementType =>
  whole(datatype, [0n, (1n << BigInt(8 * elementBytes[datatype])) - 1n]);

const elementTypes: Readonly<Record<DataType, ElementType>> = {
  BYTES: text,
  BOOL: { ...whole('BOOL', [0n, 1n]), expected: 'true or false (BOOL)' },
  UINT8: unsigned('UINT8'),
  UINT16: unsigned('UINT16'),
  UINT32: unsigned('UINT32'),
  UINT64: unsigned('UINT64'),
  INT8: signed('INT8'),
  INT16: signed('INT16'),
  INT32: signed('INT32'),
  INT64: signed('INT64'),
  FP16: fraction('FP16', maxHalf, (value, to, at) => void to.writeUInt16LE(toHalf(value), at)),
  FP32: fraction('FP32', 2 ** 128 - 2 ** 104, (value, to, at) => void to.writeFloatLE(value, at)),
  FP64: fraction('FP64', Number.MAX_VALUE, (value, to, at) => void to.writeDoubleLE(value, at)),
  BF16: { expected: 'an NPZ file: tables have no BF16', write: () => false },
};

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,5})?$/i;
const words: ReadonlyMap<string, number> = new Map([
  ['', Number.NaN],
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['-infinity', -Infinity],
  ['true', 1],
  ['false', 0],
]);

/** Returns the number of a value, NaN if it is missing. Undefined if it is not a number, or if its digits exceed FP64. */
function numberOf(value: Scalar): number | undefined {
  if (value === null) return Number.NaN;
  const trimmed = typeof value === 'string' ? value.trim() : '';
  if (typeof value === 'string' && !decimal.test(trimmed)) return words.get(trimmed.toLowerCase());
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Returns the integer of a value. Undefined if it is not an integer, or if its text may have had another value. */
function wholeOf(value: Scalar): bigint | undefined {
  if (typeof value !== 'string') {
    const number = Number(value ?? Number.NaN);
    return Number.isSafeInteger(number) ? BigInt(number) : undefined;
  }
  const trimmed = value.trim();
  const [, digits] = /^([+-]?\d{1,20})(?:\.0*)?$/.exec(trimmed) ?? [];
  if (digits !== undefined) return BigInt(digits);
  return /^(true|false)$/i.test(trimmed) ? BigInt(trimmed.toLowerCase() === 'true') : undefined;
}
