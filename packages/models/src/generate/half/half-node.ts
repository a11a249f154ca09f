// A node that computes in half precision: what it says of types itself.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { isOp } from '../../onnx/onnx-graph.js';
import { halfTensor } from './half-tensor.js';
import { intAttribute, makeTensor, tensorAttribute } from '../../onnx/onnx-parts.js';

const { float, float16 } = onnxTypes;

/** `constant` is what it holds, if it is a Constant node. */
export function inHalf(node: OnnxNode, constant: OnnxTensor | undefined): OnnxNode {
  if (constant?.dataType === float) return { ...node, attribute: [tensorAttribute('value', halfTensor(constant))] };
  const attribute = node.attribute.map((held) => {
    if (['to', 'dtype'].includes(held.name) && held.i === float) return intAttribute(held.name, float16);
    return isOp(node, 'ConstantOfShape') && held.t?.dataType === float
      ? tensorAttribute(held.name, halfTensor(held.t))
      : held;
  });
  if (!isOp(node, 'ConstantOfShape') || attribute.length > 0) return { ...node, attribute };
  return { ...node, attribute: [tensorAttribute('value', makeTensor('', float16, [1], new Uint16Array(1)))] };
}
