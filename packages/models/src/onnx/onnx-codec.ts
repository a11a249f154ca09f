// Decodes and encodes ONNX models, and lists their tensors.

import { ParetoError } from '@pareto/core';
import { decodeMessage, encodeMessage } from './onnx-wire.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from './onnx.js';

/**
 * Decodes a model. Its weights are views of `content`. Throws `invalid-argument` if the bytes are not a complete ONNX
 * model.
 */
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

/** Encodes a model as the content of an `.onnx` file. Allocates no more memory than the result. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  return encodeMessage('onnx.ModelProto', model);
}

/** Yields every tensor of the model, with inline or external data, including those of nested graphs and functions. */
export function* tensorsOf(model: OnnxModel): Generator<OnnxTensor> {
  yield* tensorsOfGraph(model.graph);
  for (const { node, attributeProto } of model.functions) {
    yield* tensorsOfAttributes(attributeProto);
    yield* tensorsOfNodes(node);
  }
}

function* tensorsOfGraph(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) yield* tensorsOfSparse(sparse);
  yield* tensorsOfNodes(graph.node);
}

function* tensorsOfNodes(nodes: readonly OnnxNode[]): Generator<OnnxTensor> {
  for (const { attribute } of nodes) yield* tensorsOfAttributes(attribute);
}

function* tensorsOfAttributes(attributes: readonly OnnxAttribute[]): Generator<OnnxTensor> {
  for (const attribute of attributes) {
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
