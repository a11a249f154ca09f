// Changes all tensors of a model, including those in attributes and nested graphs.

import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from '../onnx/onnx.js';

type Change = (tensor: OnnxTensor) => OnnxTensor;

/**
 * Returns the model with `change` applied to its initializers and the tensors in attributes, including nested graphs
 * and functions.
 */
export const mapTensors = (model: OnnxModel, change: Change): OnnxModel => ({
  ...model,
  graph: mapGraph(model.graph, change),
  functions: model.functions.map((own) => ({
    ...own,
    attributeProto: mapAttributes(own.attributeProto, change),
    node: mapNodes(own.node, change),
  })),
});

const mapGraph = (graph: OnnxGraph, change: Change): OnnxGraph => ({
  ...graph,
  initializer: graph.initializer.map(change),
  sparseInitializer: graph.sparseInitializer.map((sparse) => mapSparse(sparse, change)),
  node: mapNodes(graph.node, change),
});

const mapNodes = (nodes: readonly OnnxNode[], change: Change): readonly OnnxNode[] =>
  nodes.map((node) => ({ ...node, attribute: mapAttributes(node.attribute, change) }));

const mapAttributes = (attributes: readonly OnnxAttribute[], change: Change): readonly OnnxAttribute[] =>
  attributes.map((attribute) => mapAttribute(attribute, change));

const mapAttribute = ({ t, g, sparseTensor, ...rest }: OnnxAttribute, change: Change): OnnxAttribute => ({
  ...rest,
  ...(t === undefined ? {} : { t: change(t) }),
  ...(g === undefined ? {} : { g: mapGraph(g, change) }),
  ...(sparseTensor === undefined ? {} : { sparseTensor: mapSparse(sparseTensor, change) }),
  tensors: rest.tensors.map(change),
  graphs: rest.graphs.map((graph) => mapGraph(graph, change)),
  sparseTensors: rest.sparseTensors.map((sparse) => mapSparse(sparse, change)),
});

const mapSparse = ({ values, indices, ...rest }: OnnxSparseTensor, change: Change): OnnxSparseTensor => ({
  ...rest,
  ...(values === undefined ? {} : { values: change(values) }),
  ...(indices === undefined ? {} : { indices: change(indices) }),
});
