// Reads the elements of tensors with inline content as numbers.

import { onnxTypes } from './onnx-tensor-data.js';
import type { OnnxTensor } from './onnx.js';
import { fromHalf } from '../tensors/half.js';

/**
 * Returns the elements of a float tensor of any width; a copy unless they are floats already. Undefined for other types
 * and without content.
 */
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

/** Converts halves in a loop: `from()` would first create a list of numbers, which needs many times the memory. */
function converted(halves: Uint16Array, convert: (half: number) => number): Float32Array {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) values[index] = convert(halves[index] ?? 0);
  return values;
}

/** Returns floats of which the halves are the upper half, as in bfloat16. */
function fromTopHalves(halves: Uint16Array): Uint32Array {
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) words[index] = (halves[index] ?? 0) << 16;
  return words;
}

/** Returns the elements of an integer tensor, rounded beyond 2^53. Undefined for other types and without content. */
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

/**
 * Returns the arguments for a typed array of elements of `size` bytes, on the same memory if it is aligned, otherwise
 * on a copy.
 */
function view(raw: Uint8Array, size: number): [buffer: ArrayBuffer, byteOffset: number, length: number] {
  const { buffer, byteOffset, byteLength } = raw.byteOffset % size === 0 ? raw : Uint8Array.from(raw);
  return [buffer as ArrayBuffer, byteOffset, byteLength / size];
}
