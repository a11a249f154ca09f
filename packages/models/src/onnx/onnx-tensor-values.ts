// The elements of a tensor that is in the model, as numbers.

import { onnxTypes } from './onnx-tensor-data.js';
import type { OnnxTensor } from './onnx.js';
import { fromHalf } from '../tensors/half.js';

/** Elements of a float, double, half or bfloat16 tensor, as a copy unless they are floats already. Undefined for others, and without content. */
export function floatsOf({ dataType, rawData }: OnnxTensor): Float32Array | undefined {
  if (rawData === undefined) return undefined;
  switch (dataType) {
    case onnxTypes.float:
      return new Float32Array(...view(rawData, 4));
    case onnxTypes.double:
      return new Float32Array(new Float64Array(...view(rawData, 8)));
    case onnxTypes.float16:
      return converted(new Uint16Array(...view(rawData, 2)), fromHalf);
    case onnxTypes.bfloat16:
      return new Float32Array(fromTopHalves(new Uint16Array(...view(rawData, 2))).buffer);
    default:
      return undefined;
  }
}

/** Not by from(), which would make a list of numbers first, of many times the memory. */
function converted(halves: Uint16Array, convert: (half: number) => number): Float32Array {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) values[index] = convert(halves[index] ?? 0);
  return values;
}

/** A bfloat16 is the upper half of a float. */
function fromTopHalves(halves: Uint16Array): Uint32Array {
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) words[index] = (halves[index] ?? 0) << 16;
  return words;
}

/** Elements of a tensor of whole numbers; those beyond 2^53 are rounded. Undefined for others, and without content. */
export function integersOf({ dataType, rawData }: OnnxTensor): readonly number[] | undefined {
  if (rawData === undefined) return undefined;
  switch (dataType) {
    case onnxTypes.int64:
      return Array.from(new BigInt64Array(...view(rawData, 8)), Number);
    case onnxTypes.int32:
      return [...new Int32Array(...view(rawData, 4))];
    case onnxTypes.int8:
      return [...new Int8Array(...view(rawData, 1))];
    case onnxTypes.uint8:
      return [...rawData];
    default:
      return undefined;
  }
}

/** For a typed array of elements of `size` bytes: over the same memory where it is aligned, else over a copy. */
function view(raw: Uint8Array, size: number): [buffer: ArrayBuffer, byteOffset: number, length: number] {
  const { buffer, byteOffset, byteLength } = raw.byteOffset % size === 0 ? raw : Uint8Array.from(raw);
  return [buffer as ArrayBuffer, byteOffset, byteLength / size];
}
