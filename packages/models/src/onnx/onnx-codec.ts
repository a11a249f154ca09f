// Decodes and encodes ONNX models, and walks the tensors in them.

import { ParetoError } from '@pareto/core';
import { decodeMessage, encodeMessage } from './onnx-wire.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from './onnx.js';

/** Throws `invalid-argument` when the bytes are not an ONNX model, or end too early. Weights are views of `content`. */
export function decodeOnnx(content: Uint8Array): OnnxModel {
  let model: Partial<OnnxModel>;
  try {
    model = decodeMessage('onnx.ModelProto', content) as Partial<OnnxModel>;
  } catch (error) {
    if (error instanceof ParetoError) throw error;
    throw new ParetoError('invalid-argument', 'it is not a whole ONNX model: the file is corrupted or cut short', {
      cause: error,
    });
  }
  if (isWhole(model)) return model;
  throw new ParetoError(
    'invalid-argument',
    'it is not an ONNX model: expected an IR version, an operator set and a graph',
  );
}

const isWhole = (model: Partial<OnnxModel>): model is OnnxModel =>
  (model.irVersion ?? 0) > 0 && model.graph !== undefined && (model.opsetImport ?? []).length > 0;

/** The bytes of a model's `.onnx` file. Memory: the size of what is returned. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  return encodeMessage('onnx.ModelProto', model);
}

/** Every tensor with its content in the model or beside it, nested graphs and functions included. */
export function* tensorsOf(model: OnnxModel): Generator<OnnxTensor> {
  yield* tensorsOfGraph(model.graph);
  for (const { node } of model.functions) yield* tensorsOfNodes(node);
}

function* tensorsOfGraph(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) yield* tensorsOfSparse(sparse);
  yield* tensorsOfNodes(graph.node);
}

function* tensorsOfNodes(nodes: readonly OnnxNode[]): Generator<OnnxTensor> {
  for (const attribute of nodes.flatMap((node) => node.attribute)) {
    if (attribute.t !== undefined) yield attribute.t;
    yield* attribute.tensors;
    for (const sparse of [attribute.sparseTensor, ...attribute.sparseTensors])
      if (sparse !== undefined) yield* tensorsOfSparse(sparse);
    for (const graph of [attribute.g, ...attribute.graphs]) if (graph !== undefined) yield* tensorsOfGraph(graph);
  }
}

function* tensorsOfSparse({ values, indices }: OnnxSparseTensor): Generator<OnnxTensor> {
  if (values !== undefined) yield values;
  if (indices !== undefined) yield indices;
}
