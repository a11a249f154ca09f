// Encodes parsed values as the raw bytes of a tensor.

import { elementBytes, joinElements, ParetoError, type DataType } from '@pareto/core';
import { toHalf } from '@pareto/models';

export type Value = number | boolean | string;

/** Ranges of the integer datatypes. Those of 64 bits are inexact, as JavaScript's numbers are. */
const ranges: Partial<Readonly<Record<DataType, readonly [number, number]>>> = {
  BOOL: [0, 1],
  UINT8: [0, 2 ** 8 - 1],
  UINT16: [0, 2 ** 16 - 1],
  UINT32: [0, 2 ** 32 - 1],
  UINT64: [0, 2 ** 64 - 1],
  INT8: [-(2 ** 7), 2 ** 7 - 1],
  INT16: [-(2 ** 15), 2 ** 15 - 1],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  INT64: [-(2 ** 63), 2 ** 63 - 1],
};

/** Encodes values little-endian. Throws `invalid-argument` with the value that does not fit the datatype. */
export function encodeValues(input: string, datatype: DataType, values: readonly Value[]): Buffer {
  if (datatype === 'BYTES') return joinElements(values.map((value) => Buffer.from(String(value))));
  const size = elementBytes[datatype];
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, index) => writeNumber(bytes, index * size, datatype, checkNumber(input, datatype, value)));
  return bytes;
}

function checkNumber(input: string, datatype: DataType, value: Value): number {
  const number = typeof value === 'string' ? NaN : Number(value);
  const [low, high] = ranges[datatype] ?? [-Infinity, Infinity];
  const isWhole = ranges[datatype] === undefined || Number.isInteger(number);
  if (isWhole && number >= low && number <= high) return number;
  throw new ParetoError('invalid-argument', `input ${input}: ${JSON.stringify(value)} is not a value of ${datatype}`);
}

function writeNumber(bytes: Buffer, at: number, datatype: Exclude<DataType, 'BYTES'>, value: number): void {
  switch (datatype) {
    case 'FP16':
      return void bytes.writeUInt16LE(toHalf(value), at);
    case 'BF16':
      return void bytes.writeUInt16LE(toBrainHalf(value), at);
    case 'FP32':
      return void bytes.writeFloatLE(value, at);
    case 'FP64':
      return void bytes.writeDoubleLE(value, at);
    case 'INT64':
      return void bytes.writeBigInt64LE(BigInt(value), at);
    case 'UINT64':
      return void bytes.writeBigUInt64LE(BigInt(value), at);
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return void bytes.writeIntLE(value, at, elementBytes[datatype]);
    case 'BOOL':
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
      return void bytes.writeUIntLE(value, at, elementBytes[datatype]);
  }
}

/** Returns the upper half of a single-precision number, rounded to the nearest. */
function toBrainHalf(value: number): number {
  const single = Buffer.alloc(4);
  single.writeFloatLE(value);
  const bits = single.readUInt32LE();
  return Number.isFinite(value) ? Math.min(0xffff, (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) : bits >>> 16;
}
