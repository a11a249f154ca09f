// Looks up parts of a graph, and returns changed copies of graphs.

import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx.js';
import { floatTensor, int64Tensor } from './onnx-parts.js';

/**
 * Returns the version of an operator set that the model uses, by default ONNX's own. 0 if the model does not use it.
 */
export function opsetOf(model: Pick<OnnxModel, 'opsetImport'>, domain = ''): number {
  const own = domain === '' || domain === 'ai.onnx';
  const found = model.opsetImport.find((opset) =>
    own ? ['', 'ai.onnx'].includes(opset.domain) : opset.domain === domain,
  );
  return found?.version ?? 0;
}

/** Returns the model with an operator set at a version, added if it is missing. */
export function withOpset(model: OnnxModel, domain: string, version: number): OnnxModel {
  const names = domain === '' ? ['', 'ai.onnx'] : [domain];
  const others = model.opsetImport.filter((opset) => !names.includes(opset.domain));
  return { ...model, opsetImport: [...others, { domain, version }] };
}

export const withGraph = (model: OnnxModel, changes: Partial<OnnxGraph>): OnnxModel => ({
  ...model,
  graph: { ...model.graph, ...changes },
});

/** Returns the inputs without the weights, which old exporters list as inputs too. */
export function inputsOf(graph: OnnxGraph): readonly OnnxValue[] {
  const weights = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !weights.has(name));
}

/** Returns true if the node is one of these operators of ONNX itself, not one of the same name in another domain. */
export const isOp = (node: OnnxNode, ...opTypes: readonly string[]): boolean =>
  ['', 'ai.onnx'].includes(node.domain) && opTypes.includes(node.opType);

export const attributeOf = (node: OnnxNode, name: string): OnnxAttribute | undefined =>
  node.attribute.find((attribute) => attribute.name === name);

export const intOf = (node: OnnxNode, name: string, fallback: number): number =>
  Number(attributeOf(node, name)?.i ?? fallback);

/** Returns a list of integers. Undefined if the node has no such attribute. */
export const intsOf = (node: OnnxNode, name: string): readonly number[] | undefined =>
  attributeOf(node, name)?.ints.map(Number);

export const floatOf = (node: OnnxNode, name: string, fallback: number): number =>
  attributeOf(node, name)?.f ?? fallback;

export function stringOf(node: OnnxNode, name: string, fallback: string): string {
  const bytes = attributeOf(node, name)?.s;
  return bytes === undefined ? fallback : Buffer.from(bytes).toString();
}

export const withoutAttributes = (node: OnnxNode, ...names: readonly string[]): OnnxNode => ({
  ...node,
  attribute: node.attribute.filter(({ name }) => !names.includes(name)),
});

/** Returns the initializers and the values of Constant nodes, by the name that nodes use as input. */
export function constantsOf(graph: OnnxGraph): ReadonlyMap<string, OnnxTensor> {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const node of graph.node) {
    const value = constantOf(node);
    if (value !== undefined) constants.set(node.output[0] ?? '', value);
  }
  return constants;
}

/** Returns the value of a Constant node. Undefined for other nodes, and for values that are strings or sparse. */
export function constantOf(node: OnnxNode): OnnxTensor | undefined {
  if (!isOp(node, 'Constant')) return undefined;
  const [attribute, name] = [node.attribute[0], node.output[0] ?? ''];
  if (attribute === undefined) return undefined;
  switch (attribute.name) {
    case 'value':
      return attribute.t;
    case 'value_int':
      return int64Tensor(name, [attribute.i ?? 0], []);
    case 'value_ints':
      return int64Tensor(name, attribute.ints);
    case 'value_float':
      return floatTensor(name, [], [attribute.f ?? 0]);
    case 'value_floats':
      return floatTensor(name, [attribute.floats.length], attribute.floats);
    default:
      return undefined;
  }
}

/** Returns the node that computes each tensor. */
export function producersOf(graph: OnnxGraph): ReadonlyMap<string, OnnxNode> {
  return new Map(graph.node.flatMap((node) => node.output.filter((name) => name !== '').map((name) => [name, node])));
}

/** Returns the nodes that use each tensor. A node with nested graphs uses what they use from outside. */
export function consumersOf(graph: OnnxGraph): ReadonlyMap<string, readonly OnnxNode[]> {
  const consumers = new Map<string, OnnxNode[]>();
  for (const node of graph.node) {
    for (const name of new Set(namesUsedBy(node))) {
      const nodes = consumers.get(name);
      if (nodes === undefined) consumers.set(name, [node]);
      else nodes.push(node);
    }
  }
  return consumers;
}

/** Returns the names of the tensors that a node uses: its inputs, and what its nested graphs use from outside. */
export function namesUsedBy(node: OnnxNode): readonly string[] {
  const inner = graphsIn(node).flatMap((graph) => {
    const own = namesIn(graph);
    return [...graph.node.flatMap(namesUsedBy), ...graph.output.map(({ name }) => name)].filter(
      (name) => !own.has(name),
    );
  });
  return [...node.input.filter((name) => name !== ''), ...inner];
}

/** Returns the graphs in the attributes of a node or a function: branches and loop bodies. */
export const graphsIn = ({ attribute }: Pick<OnnxNode, 'attribute'>): readonly OnnxGraph[] =>
  attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));

/** Yields these nodes and those of their nested graphs. */
export function* nodesIn(nodes: readonly OnnxNode[]): Iterable<OnnxNode> {
  for (const node of nodes) {
    yield node;
    for (const graph of graphsIn(node)) yield* nodesIn(graph.node);
  }
}

/** Returns all nodes of a model, including those of nested graphs and functions. */
export const nodesOf = ({ graph, functions }: OnnxModel): Iterable<OnnxNode> =>
  nodesIn([...graph.node, ...functions.flatMap(({ node }) => node)]);

/** Returns the names of the tensors that a graph defines, without those of nested graphs. */
function namesIn(graph: OnnxGraph): ReadonlySet<string> {
  return new Set([
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.flatMap(({ values }) => values?.name ?? []),
    ...graph.node.flatMap(({ output }) => output),
  ]);
}

/**
 * Returns a function that creates names which the graph and its nested graphs don't use: the hint, with a number if it
 * is in use.
 */
export function freshNames(graph: OnnxGraph): (hint: string) => string {
  const taken = new Set<string>();
  const take = (within: OnnxGraph): void => {
    for (const name of namesIn(within)) taken.add(name);
    for (const node of within.node) {
      taken.add(node.name);
      graphsIn(node).forEach(take);
    }
  };
  take(graph);
  return (hint) => {
    let name = hint;
    for (let count = 2; taken.has(name); count++) name = `${hint}_${count}`;
    taken.add(name);
    return name;
  };
}

/** Removes the initializers and Constant nodes that are not used. */
export function withoutUnused(graph: OnnxGraph): OnnxGraph {
  const used = new Set([...graph.node.flatMap(namesUsedBy), ...graph.output.map(({ name }) => name)]);
  return {
    ...graph,
    initializer: graph.initializer.filter(({ name }) => used.has(name)),
    node: graph.node.filter((node) => !isOp(node, 'Constant') || node.output.some((name) => used.has(name))),
  };
}
