// Creates models of one node, for tests of operators.

import { makeNode, makeValue } from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '../../src/onnx/onnx.js';
import { makeModel } from './make-model.js';

export interface Given {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly OnnxAttribute[];
  readonly initializer?: readonly OnnxTensor[];
  /** Element type of the outputs. */
  readonly type?: number;
}

/** Shape of `x`. */
export const shape: readonly number[] = [2, 3, 4, 4];

/** Returns a model with one node, from `x` to `y`. */
export function modelWith(opset: number, op: string, given: Given = {}): OnnxModel {
  const { input = ['x'], output = ['y'], attribute = [], initializer = [], type = onnxTypes.float } = given;
  return makeModel({
    opset,
    node: [makeNode(op, input, output, { attribute })],
    initializer,
    input: [makeValue('x', onnxTypes.float, shape)],
    output: output.filter((name) => name !== '').map((name) => makeValue(name, type)),
  });
}
