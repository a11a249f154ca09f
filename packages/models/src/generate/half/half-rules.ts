// Which operators compute in half precision, and which are kept in single.

import { elementsOf, onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { isOp } from '../../onnx/onnx-graph.js';
import { maxHalf } from '../../tensors/half.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** Without a half-precision form in ONNX, in some opset at least, or whose numbers are positions and counts. */
const singleOnly = [
  ...['Celu', 'CumSum', 'IsInf', 'NonMaxSuppression', 'RandomNormal', 'RandomUniform', 'Range', 'TfIdfVectorizer'],
  ...['LayerNormalization', 'HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix'],
];

/** Inputs that stay single whatever the operator's precision. */
const singleInputs: ReadonlyMap<string, readonly number[]> = new Map([
  ['Resize', [1, 2]],
  ['Upsample', [1]],
]);

export const keepsInput = (node: OnnxNode, index: number): boolean =>
  singleInputs.get(node.opType)?.includes(index) ?? false;

const scaling = ['Mul', 'Div', 'Pow'];
const minNormal = 2 ** -14;

/** Whether the node stays in single precision for what it is, or for constants that half precision doesn't hold. */
export function staysSingle(node: OnnxNode, constantAt: (index: number) => OnnxTensor | undefined): boolean {
  if (!isOp(node, node.opType)) return true;
  // Mean and deviation, its further outputs, have no half-precision form.
  if (isOp(node, 'LayerNormalization')) return node.output.length > 1;
  if (isOp(node, ...singleOnly)) return true;
  return node.input.some((_, index) => {
    const tensor = constantAt(index);
    return tensor?.dataType === onnxTypes.float && !keepsInput(node, index) && !fits(tensor, isOp(node, ...scaling));
  });
}

/** A single number that doesn't scale may be cut: it is a mask ("minus infinity"), or an epsilon. */
function fits(tensor: OnnxTensor, scales: boolean): boolean {
  const values = floatsOf(tensor) ?? new Float32Array();
  const single = elementsOf(tensor.dims) === 1;
  if (single && !scales) return true;
  return values.every(
    (value) => !(Math.abs(value) > maxHalf && Number.isFinite(value)) && !(single && tooSmall(value)),
  );
}

const tooSmall = (value: number): boolean => value !== 0 && Math.abs(value) < minNormal;

/** Operators of models that are quantised already. */
export const quantisedOps: readonly string[] = [
  ...['QLinearConv', 'QLinearMatMul', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear'],
  ...['MatMulInteger', 'ConvInteger', 'MatMulNBits', 'QLinearAdd', 'QGemm', 'QAttention', 'DynamicQuantizeMatMul'],
];
