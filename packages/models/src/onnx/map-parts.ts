// Changes all tensors or nodes of a model, including those in attributes, nested graphs and functions.

import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from './onnx.js';

/** Functions that return a changed part, or the part itself. */
interface Change {
  readonly tensor: (tensor: OnnxTensor) => OnnxTensor;
  /** Is called after the change of what the node contains. */
  readonly node: (node: OnnxNode) => OnnxNode;
}

/** Returns the model with a function applied to its initializers and the tensors in attributes. */
export const mapTensors = (model: OnnxModel, tensor: Change['tensor']): OnnxModel =>
  mapModel(model, { tensor, node: (node) => node });

/** Returns the model with a function applied to its nodes. */
export const mapNodes = (model: OnnxModel, node: Change['node']): OnnxModel =>
  mapModel(model, { tensor: (tensor) => tensor, node });

const mapModel = (model: OnnxModel, change: Change): OnnxModel => ({
  ...model,
  graph: mapGraph(model.graph, change),
  functions: model.functions.map((own) => ({
    ...own,
    attributeProto: mapAttributes(own.attributeProto, change),
    node: mapList(own.node, change),
  })),
});

const mapGraph = (graph: OnnxGraph, change: Change): OnnxGraph => ({
  ...graph,
  initializer: graph.initializer.map(change.tensor),
  sparseInitializer: graph.sparseInitializer.map((sparse) => mapSparse(sparse, change)),
  node: mapList(graph.node, change),
});

const mapList = (nodes: readonly OnnxNode[], change: Change): readonly OnnxNode[] =>
  nodes.map((node) => change.node({ ...node, attribute: mapAttributes(node.attribute, change) }));

const mapAttributes = (attributes: readonly OnnxAttribute[], change: Change): readonly OnnxAttribute[] =>
  attributes.map((attribute) => mapAttribute(attribute, change));

const mapAttribute = ({ t, g, sparseTensor, ...rest }: OnnxAttribute, change: Change): OnnxAttribute => ({
  ...rest,
  ...(t === undefined ? {} : { t: change.tensor(t) }),
  ...(g === undefined ? {} : { g: mapGraph(g, change) }),
  ...(sparseTensor === undefined ? {} : { sparseTensor: mapSparse(sparseTensor, change) }),
  tensors: rest.tensors.map(change.tensor),
  graphs: rest.graphs.map((graph) => mapGraph(graph, change)),
  sparseTensors: rest.sparseTensors.map((sparse) => mapSparse(sparse, change)),
});

const mapSparse = ({ values, indices, ...rest }: OnnxSparseTensor, change: Change): OnnxSparseTensor => ({
  ...rest,
  ...(values === undefined ? {} : { values: change.tensor(values) }),
  ...(indices === undefined ? {} : { indices: change.tensor(indices) }),
});
