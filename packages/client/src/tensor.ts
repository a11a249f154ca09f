// Tensors of typed arrays and strings, and their conversion to and from the protocol's raw bytes.

import { elementBytes, elementCount, joinElements, ParetoError, type DataType } from '@pareto/core';

/**
 * Array type by datatype. FP16 and BF16 hold the 16 bits of each element, and BOOL holds bytes. BYTES elements are
 * returned as bytes, and may be given as text.
 */
export interface ElementArrays {
  readonly BOOL: Uint8Array;
  readonly UINT8: Uint8Array;
  readonly UINT16: Uint16Array;
  readonly UINT32: Uint32Array;
  readonly UINT64: BigUint64Array;
  readonly INT8: Int8Array;
  readonly INT16: Int16Array;
  readonly INT32: Int32Array;
  readonly INT64: BigInt64Array;
  readonly FP16: Uint16Array;
  readonly BF16: Uint16Array;
  readonly FP32: Float32Array;
  readonly FP64: Float64Array;
  readonly BYTES: readonly Uint8Array[];
}

/** A tensor in row-major order. `shape` includes the batch dimension, if the model has one. */
export type Tensor = {
  readonly [D in DataType]: {
    readonly datatype: D;
    readonly shape: readonly number[];
    readonly data: ElementArrays[D];
  };
}[DataType];

export type TensorOf<D extends DataType> = Extract<Tensor, { readonly datatype: D }>;

type Numbers = Exclude<DataType, 'BYTES' | 'UINT64' | 'INT64'>;
type Values<D extends DataType> = D extends 'BYTES'
  ? Iterable<string | Uint8Array>
  : D extends 'BOOL'
    ? Iterable<boolean | number>
    : D extends Numbers
      ? Iterable<number>
      : Iterable<bigint | number>;

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Exclude<Tensor['data'], readonly Uint8Array[]>;
}

const arrayTypes: Readonly<Record<Exclude<DataType, 'BYTES'>, ArrayType>> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/**
 * Creates a tensor from values in row-major order: `tensor('FP32', [1, 4], [1, 2, 3, 4])`. A typed array of the
 * datatype's own type is used without a copy. Throws `invalid-argument` if the number of values does not match the
 * shape.
 */
export function tensor<D extends DataType>(datatype: D, shape: readonly number[], values: Values<D>): TensorOf<D> {
  const data = datatype === 'BYTES' ? toBytes(values as Iterable<string | Uint8Array>) : toArray(datatype, values);
  const expected = elementCount(shape);
  if (data.length !== expected) throw wrongCount(datatype, shape, expected, data.length);
  return { datatype, shape, data } as TensorOf<D>;
}

const toBytes = (values: Iterable<string | Uint8Array>): readonly Uint8Array[] =>
  Array.from(values, (value) => (typeof value === 'string' ? Buffer.from(value) : value));

function toArray(
  datatype: Exclude<DataType, 'BYTES'>,
  values: Iterable<unknown>,
): Exclude<Tensor['data'], readonly Uint8Array[]> {
  const type = arrayTypes[datatype];
  if (values instanceof type) return values;
  const list = Array.from(values);
  const data = new type(new ArrayBuffer(list.length * type.BYTES_PER_ELEMENT), 0, list.length);
  const isBig = datatype === 'INT64' || datatype === 'UINT64';
  for (const [index, value] of list.entries()) data[index] = isBig ? BigInt(value as number) : Number(value);
  return data;
}

const wrongCount = (datatype: string, shape: readonly number[], expected: number, got: number): ParetoError =>
  new ParetoError(
    'invalid-argument',
    `a tensor of ${datatype} [${shape.join(', ')}] has ${expected} elements: received ${got} values`,
  );

/** Returns little-endian, row-major bytes, with a 4-byte length before each BYTES element. A view if possible. */
export function toRaw({ datatype, data }: Tensor): Buffer {
  if (datatype !== 'BYTES') return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return joinElements(data);
}

/** Throws `internal` if the number of bytes does not match the shape, which only a defective server sends. */
export function fromRaw(datatype: DataType, shape: readonly number[], raw: Buffer): Tensor {
  if (datatype === 'BYTES') return { datatype, shape, data: splitBytes(raw) };
  const count = elementCount(shape);
  if (raw.length !== count * elementBytes[datatype])
    throw new ParetoError(
      'internal',
      `received ${raw.length} bytes for ${datatype} [${shape.join(', ')}]: expected ${count * elementBytes[datatype]}`,
    );
  // Typed arrays require aligned memory, but the bytes may begin at any offset of the message.
  const copy = new Uint8Array(raw);
  return { datatype, shape, data: new arrayTypes[datatype](copy.buffer, 0, count) } as Tensor;
}

function splitBytes(raw: Buffer): readonly Uint8Array[] {
  const elements: Uint8Array[] = [];
  for (let offset = 0; offset < raw.length;) {
    const start = offset + 4;
    offset = start + raw.readUInt32LE(offset);
    elements.push(raw.subarray(start, offset));
  }
  return elements;
}
