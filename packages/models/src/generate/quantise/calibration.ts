// Adds outputs to a model that return the extremes of its tensors, for calibration.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../../onnx/onnx.js';
import { withGraph } from '../../onnx/onnx-graph.js';
import { intAttribute, makeNode, makeValue } from '../../onnx/onnx-parts.js';

const extremes = [
  ['min', 'ReduceMin'],
  ['max', 'ReduceMax'],
] as const;

/** Adds the scalar outputs `NAME:min` and `NAME:max` for each of the named float tensors. */
export function withExtremes(model: OnnxModel, names: Iterable<string>): OnnxModel {
  const { graph } = model;
  const attribute = [intAttribute('keepdims', 0)];
  const nodes = [...names].flatMap((name) =>
    extremes.map(([which, op]) => makeNode(op, [name], [`${name}:${which}`], { attribute })),
  );
  const values = nodes.flatMap(({ output }) => output).map((name) => makeValue(name, onnxTypes.float, []));
  return withGraph(model, { node: [...graph.node, ...nodes], output: [...graph.output, ...values] });
}
