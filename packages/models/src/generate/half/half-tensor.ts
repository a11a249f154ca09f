// Converts float tensors to half precision.

import { elementsOf, onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxTensor } from '../../onnx/onnx.js';
import { maxHalf, toHalf } from '../../tensors/half.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

const minHalf = 2 ** -24;

/** Rounds to the nearest half. A scalar never becomes infinite or zero, since it may be a mask or an epsilon. */
export function halfTensor(tensor: OnnxTensor): OnnxTensor {
  const values = floatsOf(tensor);
  if (values === undefined) return tensor;
  const single = elementsOf(tensor.dims) === 1;
  // `from()` would first create a list of numbers, which needs sixteen times the memory.
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    halves[index] = toHalf(single ? clamp(value) : value);
  }
  return { ...tensor, dataType: onnxTypes.float16, rawData: new Uint8Array(halves.buffer) };
}

function clamp(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  return Math.sign(value) * Math.min(Math.max(Math.abs(value), minHalf), maxHalf);
}
