// Determines which operators are converted to half precision and which stay in single precision.

import { elementsOf, onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { isOp } from '../../onnx/onnx-graph.js';
import { maxHalf } from '../../tensors/half.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** Operators without a half-precision form in some opset, or whose numbers are positions and counts. */
const singleOnly = [
  ...['Celu', 'CumSum', 'IsInf', 'NonMaxSuppression', 'RandomNormal', 'RandomUniform', 'Range', 'TfIdfVectorizer'],
  ...['LayerNormalization', 'HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix'],
];

/** Inputs that always stay in single precision. */
const singleInputs: ReadonlyMap<string, readonly number[]> = new Map([
  ['Resize', [1, 2]],
  ['Upsample', [1]],
]);

export const keepsInput = (node: OnnxNode, index: number): boolean =>
  singleInputs.get(node.opType)?.includes(index) ?? false;

const scaling = ['Mul', 'Div', 'Pow'];
const minNormal = 2 ** -14;

/** Returns true if the operator, or a constant that half precision can't represent, requires single precision. */
export function staysSingle(node: OnnxNode, constantAt: (index: number) => OnnxTensor | undefined): boolean {
  if (!isOp(node, node.opType)) return true;
  // The further outputs, mean and deviation, have no half-precision form.
  if (isOp(node, 'LayerNormalization')) return node.output.length > 1;
  if (isOp(node, ...singleOnly)) return true;
  return node.input.some((_, index) => {
    const tensor = constantAt(index);
    return tensor?.dataType === onnxTypes.float && !keepsInput(node, index) && !fits(tensor, isOp(node, ...scaling));
  });
}

/**
 * Returns true if half precision can represent a constant. A scalar that does not scale may be clamped: it is a mask or
 * an epsilon.
 */
function fits(tensor: OnnxTensor, scales: boolean): boolean {
  const values = floatsOf(tensor) ?? new Float32Array();
  const single = elementsOf(tensor.dims) === 1;
  if (single && !scales) return true;
  return values.every(
    (value) => !(Math.abs(value) > maxHalf && Number.isFinite(value)) && !(single && tooSmall(value)),
  );
}

const tooSmall = (value: number): boolean => value !== 0 && Math.abs(value) < minNormal;

/** Operators of quantised models. */
export const quantisedOps: readonly string[] = [
  ...['QLinearConv', 'QLinearMatMul', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear'],
  ...['MatMulInteger', 'ConvInteger', 'MatMulNBits', 'QLinearAdd', 'QGemm', 'QAttention', 'DynamicQuantizeMatMul'],
];
