// Infers the shapes of a graph as far as simple rules go. Dimensions are unknown rather than guessed.

import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../onnx/onnx.js';
import { constantsOf, isOp, opsetOf } from '../onnx/onnx-graph.js';
import { integersOf } from '../onnx/onnx-tensor-values.js';
import { elementsOf } from '../onnx/onnx-tensor-data.js';
import { computeRules } from './compute-rules.js';
import { integersGivenBy } from './known-integers.js';
import { layoutRules } from './layout-rules.js';
import { merge, type Known, type Shape, type ShapeRule } from './shape.js';
import { spatialRules } from './spatial-rules.js';

/** Rules by operator of ONNX. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map([...computeRules, ...layoutRules, ...spatialRules]);
const maxListLength = 64;

/** Shapes by tensor. Nested graphs are not included. */
export interface InferredShapes {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Returns what is known about the inputs of a node of the graph. */
  readonly knownAt: (node: OnnxNode) => Known;
}

/** Infers shapes. `dimension` may return a size for a dynamic dimension, whose name is undefined if it has none. */
export function inferShapes(
  model: OnnxModel,
  dimension: (name: string | undefined, axis: number) => number | undefined = () => undefined,
): InferredShapes {
  const { graph } = model;
  const constants = constantsOf(graph);
  const declared = declaredShapes(graph, dimension);
  const shapes = new Map<string, Shape>();
  const integers = new Map<string, Shape>();
  for (const { name } of graph.input) set(shapes, name, declared.get(name));
  for (const [name, tensor] of constants) {
    shapes.set(name, tensor.dims);
    set(integers, name, shortList(tensor));
  }
  const knownAt = (node: OnnxNode): Known => ({
    shape: (index) => shapes.get(node.input[index] ?? ''),
    integers: (index) => integers.get(node.input[index] ?? ''),
    constant: (index) => constants.get(node.input[index] ?? ''),
    opset: opsetOf(model),
  });
  for (const node of graph.node) {
    if (isOp(node, 'Constant')) continue;
    const known = knownAt(node);
    const inferred = isOp(node, node.opType) ? (shapeRules.get(node.opType)?.(node, known) ?? []) : [];
    for (const [index, name] of node.output.entries()) set(shapes, name, merge(inferred[index], declared.get(name)));
    set(integers, node.output[0] ?? '', isOp(node, node.opType) ? integersGivenBy(node, known) : undefined);
  }
  shapes.delete('');
  return { shapes, knownAt };
}

function set<T>(map: Map<string, T>, name: string, value: T | undefined): void {
  if (value !== undefined) map.set(name, value);
}

const shortList = (tensor: OnnxTensor): Shape | undefined =>
  tensor.dims.length <= 1 && elementsOf(tensor.dims) <= maxListLength ? integersOf(tensor) : undefined;

function declaredShapes(
  graph: OnnxGraph,
  dimension: (name: string | undefined, axis: number) => number | undefined,
): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const value of [...graph.valueInfo, ...graph.output, ...graph.input]) {
    set(shapes, value.name, shapeOfValue(value, dimension));
  }
  return shapes;
}

function shapeOfValue(
  { type }: OnnxValue,
  dimension: (name: string | undefined, axis: number) => number | undefined,
): Shape | undefined {
  return type?.tensorType?.shape?.dim.map(({ dimValue, dimParam }, axis) =>
    dimValue !== undefined && dimValue > 0 ? dimValue : dimension(dimParam, axis),
  );
}
