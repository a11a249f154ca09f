// Converts between raw little-endian tensor bytes and ONNX Runtime's tensors. Copies only BYTES.

import { joinElements, ParetoError, type DataType } from '@pareto/core';
import { Tensor } from 'onnxruntime-node';
import { bytesOfText, textOfBytes } from './strings.js';

const toOrt = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BF16: undefined,
  BYTES: 'string',
} as const satisfies Record<DataType, Tensor.Type | undefined>;

const fromOrt = new Map<string, DataType>(
  Object.entries(toOrt).flatMap(([datatype, type]) => (type === undefined ? [] : [[type, datatype as DataType]])),
);

type View = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;
// If Node has Float16Array (since version 24), onnxruntime-common requires it, but the native part of onnxruntime-node
// cannot read it. Without Float16Array, both accept Uint16Array. They check at the first tensor, so it is deleted before.
Reflect.deleteProperty(globalThis, 'Float16Array');
const views: Readonly<Record<string, readonly [View, number]>> = {
  bool: [Uint8Array, 1],
  uint8: [Uint8Array, 1],
  int8: [Int8Array, 1],
  uint16: [Uint16Array, 2],
  int16: [Int16Array, 2],
  float16: [Uint16Array, 2],
  uint32: [Uint32Array, 4],
  int32: [Int32Array, 4],
  float32: [Float32Array, 4],
  float64: [Float64Array, 8],
  uint64: [BigUint64Array, 8],
  int64: [BigInt64Array, 8],
};

/** Returns the protocol's name of an ONNX Runtime element type. Throws `invalid-argument` for an unsupported type. */
export function datatypeOf(name: string, type: string): DataType {
  const datatype = fromOrt.get(type);
  if (datatype !== undefined) return datatype;
  throw new ParetoError('invalid-argument', `tensor ${name} has type ${type}, which is not supported`);
}

/** Returns a tensor over `raw`, which must be aligned to 8 bytes and is copied only for BYTES. */
export function toTensor(name: string, datatype: DataType, shape: readonly number[], raw: Buffer): Tensor {
  const type = toOrt[datatype];
  if (type === undefined) {
    throw new ParetoError(
      'invalid-argument',
      `input ${name} has type ${datatype}, which onnxruntime-node does not support`,
    );
  }
  if (type === 'string') return new Tensor('string', readStrings(raw), shape);
  const view = views[type];
  if (view === undefined)
    throw new ParetoError('invalid-argument', `input ${name} has type ${type}, which is not supported`);
  const data = new view[0](raw.buffer, raw.byteOffset, raw.byteLength / view[1]);
  return new Tensor(type, data as unknown as Tensor.DataTypeMap[typeof type], shape);
}

/** Returns the raw bytes of an output, as a view except for BYTES. */
export function fromTensor(tensor: Tensor): Uint8Array {
  if (tensor.type === 'string') return writeStrings(tensor.data as readonly string[]);
  const data = tensor.data as Uint8Array;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function readStrings(raw: Buffer): string[] {
  const strings: string[] = [];
  for (let offset = 0; offset < raw.length;) {
    const end = offset + 4 + raw.readUInt32LE(offset);
    strings.push(textOfBytes(raw.subarray(offset + 4, end)));
    offset = end;
  }
  return strings;
}

const writeStrings = (strings: readonly string[]): Buffer => joinElements(strings.map(bytesOfText));
