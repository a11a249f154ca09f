// Converts the content of tensors, which ONNX can store in several fields, to one form: raw little-endian bytes.

import { cutText, ParetoError } from '@pareto/core';

/** A 64-bit integer: a number if that is exact, otherwise a bigint. */
export type OnnxInt = number | bigint;

/** ONNX's element types, by their number in TensorProto.DataType. */
export const onnxTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;

/**
 * Bits per element by type; undefined for strings. Types 17 to 20 are 8-bit floats; types of 4, 8, 2 and 6 bits follow.
 */
const bits: readonly (number | undefined)[] = [
  ...[undefined, 32, 8, 8, 16, 16, 32, 64, undefined, 8, 16, 64, 32, 64, 64, 128, 16],
  ...[8, 8, 8, 8, 4, 4, 4, 8, 2, 2],
];

/** Returns the size of the content. Types of less than a byte are packed. Undefined for strings and unknown types. */
export function tensorBytes(dataType: number, dims: readonly number[]): number | undefined {
  const width = bits[dataType];
  return width === undefined ? undefined : Math.ceil((elementsOf(dims) * width) / 8);
}

/** Returns the number of elements of a shape. */
export const elementsOf = (dims: readonly number[]): number => dims.reduce((total, dim) => total * dim, 1);

interface Shaped {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
}

/** A tensor as it is encoded: its numbers are in one of six fields. */
export interface WireTensor extends Shaped {
  readonly rawData?: Uint8Array;
  readonly floatData: readonly Uint8Array[];
  readonly doubleData: readonly Uint8Array[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly OnnxInt[];
  readonly uint64Data: readonly OnnxInt[];
  readonly stringData: readonly Uint8Array[];
}

/**
 * Moves the numbers of a tensor, if any, to `rawData`. Throws `invalid-argument` for a negative dimension or a wrong
 * length.
 */
export function withRawData({
  floatData,
  doubleData,
  int32Data,
  int64Data,
  uint64Data,
  ...tensor
}: WireTensor): object {
  const dims = cutText(tensor.dims.join());
  if (tensor.dims.some((dim) => dim < 0))
    throw tensorError(tensor, `has the dimensions [${dims}], expected none below 0`);
  if (!Number.isSafeInteger(elementsOf(tensor.dims)))
    throw tensorError(tensor, `has the dimensions [${dims}], which are too large`);
  const lists = [floatData, doubleData, int32Data, int64Data, uint64Data, tensor.stringData];
  if (lists.filter(({ length }) => length > 0).length + (tensor.rawData === undefined ? 0 : 1) > 1)
    throw tensorError(tensor, 'has content in more than one field, of which readers use different ones');
  const packed = packedBytes([...floatData, ...doubleData]);
  const rawData = tensor.rawData ?? packed ?? packedIntegers(tensor.dataType, [int32Data, int64Data, uint64Data]);
  return rawData === undefined ? tensor : { ...tensor, rawData: checkLength(tensor, rawData) };
}

function checkLength(tensor: Shaped, raw: Uint8Array): Uint8Array {
  const expected = tensorBytes(tensor.dataType, tensor.dims);
  if (expected === undefined || raw.byteLength === expected) return raw;
  throw tensorError(tensor, `has ${raw.byteLength} bytes, expected ${expected} for its shape`);
}

const tensorError = ({ name }: Shaped, why: string): ParetoError =>
  new ParetoError('invalid-argument', `tensor ${JSON.stringify(cutText(name))} ${why}`);

function packedBytes(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  return chunks.length > 1 ? Buffer.concat(chunks) : chunks[0];
}

function packedIntegers(dataType: number, lists: readonly (readonly OnnxInt[])[]): Uint8Array | undefined {
  const values = lists.find((list) => list.length > 0);
  if (values === undefined) return undefined;
  // Types of less than a byte are packed into bytes.
  const size = Math.max(1, (bits[dataType] ?? 0) / 8);
  const raw = Buffer.alloc(values.length * size);
  const view = new DataView(raw.buffer, raw.byteOffset);
  for (const [index, value] of values.entries()) writeInteger(view, index * size, size, value);
  return raw;
}

function writeInteger(view: DataView, at: number, size: number, value: OnnxInt): void {
  if (size === 8) view.setBigInt64(at, BigInt(value), true);
  else if (size === 4) view.setInt32(at, Number(value), true);
  else if (size === 2) view.setInt16(at, Number(value), true);
  else view.setInt8(at, Number(value));
}
