// Decodes what Pareto reads of an ONNX model.

import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import protobuf from 'protobufjs';

export interface OnnxModel {
  readonly irVersion: number;
  readonly graph: OnnxGraph | null;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly functions: readonly { readonly node: readonly OnnxNode[] }[];
}

export interface OnnxGraph {
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
  readonly input: readonly OnnxValue[];
  readonly output: readonly OnnxValue[];
  readonly sparseInitializer: readonly OnnxSparseTensor[];
}

interface OnnxNode {
  readonly attribute: readonly OnnxAttribute[];
}

interface OnnxAttribute {
  readonly t: OnnxTensor | null;
  readonly g: OnnxGraph | null;
  readonly tensors: readonly OnnxTensor[];
  readonly graphs: readonly OnnxGraph[];
  readonly sparseTensor: OnnxSparseTensor | null;
  readonly sparseTensors: readonly OnnxSparseTensor[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly externalData: readonly { readonly key: string; readonly value: string }[];
  readonly dataLocation: number;
}

interface OnnxSparseTensor {
  readonly values: OnnxTensor | null;
  readonly indices: OnnxTensor | null;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType | null;
}

interface OnnxType {
  readonly value?: 'tensorType' | 'sequenceType' | 'mapType' | 'sparseTensorType' | 'optionalType';
  readonly tensorType?: { readonly elemType: number; readonly shape: OnnxShape | null };
}

interface OnnxShape {
  readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[];
}

const root = protobuf.loadSync(fileURLToPath(new URL('../proto/onnx.proto', import.meta.url)));
const modelType = root.lookupType('onnx.ModelProto');

/** Throws `invalid-argument` when the bytes are not an ONNX model, or end too early. */
export function decodeOnnx(content: Uint8Array): OnnxModel {
  let model: OnnxModel;
  try {
    const message = modelType.decode(content);
    model = modelType.toObject(message, { longs: Number, defaults: true, arrays: true, oneofs: true }) as OnnxModel;
  } catch (error) {
    throw new ParetoError('invalid-argument', 'it is not a whole ONNX model: the file is corrupted or cut short', {
      cause: error,
    });
  }
  if (model.irVersion > 0 && model.graph !== null && model.opsetImport.length > 0) return model;
  throw new ParetoError(
    'invalid-argument',
    'it is not an ONNX model: expected an IR version, an operator set and a graph',
  );
}

/** Every tensor with its content in the model or beside it, nested graphs and functions included. */
export function* tensorsOf(model: OnnxModel): Generator<OnnxTensor> {
  if (model.graph !== null) yield* tensorsOfGraph(model.graph);
  for (const { node } of model.functions) yield* tensorsOfNodes(node);
}

function* tensorsOfGraph(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) yield* tensorsOfSparse(sparse);
  yield* tensorsOfNodes(graph.node);
}

function* tensorsOfNodes(nodes: readonly OnnxNode[]): Generator<OnnxTensor> {
  for (const attribute of nodes.flatMap((node) => node.attribute)) {
    if (attribute.t !== null) yield attribute.t;
    yield* attribute.tensors;
    for (const sparse of [attribute.sparseTensor, ...attribute.sparseTensors])
      if (sparse !== null) yield* tensorsOfSparse(sparse);
    for (const graph of [attribute.g, ...attribute.graphs]) if (graph !== null) yield* tensorsOfGraph(graph);
  }
}

function* tensorsOfSparse(sparse: OnnxSparseTensor): Generator<OnnxTensor> {
  for (const tensor of [sparse.values, sparse.indices]) if (tensor !== null) yield tensor;
}
