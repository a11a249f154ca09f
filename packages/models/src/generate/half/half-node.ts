// Changes the types in a node's attributes to half precision.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { isOp } from '../../onnx/onnx-graph.js';
import { halfTensor } from './half-tensor.js';
import { intAttribute, makeTensor, tensorAttribute } from '../../onnx/onnx-parts.js';

const { float, float16 } = onnxTypes;

/** Returns the node with its types in half precision. `constant` is the value of a Constant node, else undefined. */
export function inHalf(node: OnnxNode, constant: OnnxTensor | undefined): OnnxNode {
  if (constant?.dataType === float) return { ...node, attribute: [tensorAttribute('value', halfTensor(constant))] };
  const attribute = node.attribute.map((one) => {
    if (['to', 'dtype'].includes(one.name) && one.i === float) return intAttribute(one.name, float16);
    return isOp(node, 'ConstantOfShape') && one.t?.dataType === float
      ? tensorAttribute(one.name, halfTensor(one.t))
      : one;
  });
  if (!isOp(node, 'ConstantOfShape') || attribute.length > 0) return { ...node, attribute };
  return { ...node, attribute: [tensorAttribute('value', makeTensor('', float16, [1], new Uint16Array(1)))] };
}
