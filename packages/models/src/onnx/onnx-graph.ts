// Looks things up in a graph, and makes changed copies of it.

import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './onnx.js';
import { floatTensor, int64Tensor } from './onnx-parts.js';

/** The version of an operator set that the model is written in; of ONNX's own unless `domain` says otherwise. 0: it has none. */
export function opsetOf(model: OnnxModel, domain = ''): number {
  const own = domain === '' || domain === 'ai.onnx';
  const found = model.opsetImport.find((opset) =>
    own ? ['', 'ai.onnx'].includes(opset.domain) : opset.domain === domain,
  );
  return found?.version ?? 0;
}

/** The model with an operator set at that version, added if it had none. */
export function withOpset(model: OnnxModel, domain: string, version: number): OnnxModel {
  const names = domain === '' ? ['', 'ai.onnx'] : [domain];
  const others = model.opsetImport.filter((opset) => !names.includes(opset.domain));
  return { ...model, opsetImport: [...others, { domain, version }] };
}

export const withGraph = (model: OnnxModel, changes: Partial<OnnxGraph>): OnnxModel => ({
  ...model,
  graph: { ...model.graph, ...changes },
});

/** Whether it is ONNX's own operator of that type (not one of the same name in another domain). */
export const isOp = (node: OnnxNode, ...opTypes: readonly string[]): boolean =>
  ['', 'ai.onnx'].includes(node.domain) && opTypes.includes(node.opType);

export const attributeOf = (node: OnnxNode, name: string): OnnxAttribute | undefined =>
  node.attribute.find((attribute) => attribute.name === name);

export const intOf = (node: OnnxNode, name: string, fallback: number): number =>
  Number(attributeOf(node, name)?.i ?? fallback);

/** Undefined when the node has no such attribute. */
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

/** Initializers and the numbers of Constant nodes, by the name under which nodes take them. */
export function constantsOf(graph: OnnxGraph): ReadonlyMap<string, OnnxTensor> {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const node of graph.node) {
    const value = constantOf(node);
    if (value !== undefined) constants.set(node.output[0] ?? '', value);
  }
  return constants;
}

/** The numbers of a Constant node; undefined of others, and where they are strings or sparse. */
export function constantOf(node: OnnxNode): OnnxTensor | undefined {
  if (!isOp(node, 'Constant')) return undefined;
  const [held, name] = [node.attribute[0], node.output[0] ?? ''];
  if (held === undefined) return undefined;
  switch (held.name) {
    case 'value':
      return held.t;
    case 'value_int':
      return int64Tensor(name, [held.i ?? 0], []);
    case 'value_ints':
      return int64Tensor(name, held.ints);
    case 'value_float':
      return floatTensor(name, [], [held.f ?? 0]);
    case 'value_floats':
      return floatTensor(name, [held.floats.length], held.floats);
    default:
      return undefined;
  }
}

/** The node that gives each tensor. */
export function producersOf(graph: OnnxGraph): ReadonlyMap<string, OnnxNode> {
  return new Map(graph.node.flatMap((node) => node.output.filter((name) => name !== '').map((name) => [name, node])));
}

/** The nodes that take each tensor; a node with graphs in it takes what they take from outside. */
export function consumersOf(graph: OnnxGraph): ReadonlyMap<string, readonly OnnxNode[]> {
  const consumers = new Map<string, OnnxNode[]>();
  for (const node of graph.node) {
    for (const name of new Set(takenBy(node))) {
      const nodes = consumers.get(name);
      if (nodes === undefined) consumers.set(name, [node]);
      else nodes.push(node);
    }
  }
  return consumers;
}

/** Names that a node takes, by its inputs and, in graphs within it, from outside of them. */
export function takenBy(node: OnnxNode): readonly string[] {
  const inner = graphsIn(node).flatMap((graph) => {
    const own = namesIn(graph);
    return [...graph.node.flatMap(takenBy), ...graph.output.map(({ name }) => name)].filter((name) => !own.has(name));
  });
  return [...node.input.filter((name) => name !== ''), ...inner];
}

/** Graphs that a node holds: branches and loop bodies. */
export const graphsIn = (node: OnnxNode): readonly OnnxGraph[] =>
  node.attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));

/** Every node of these, those of graphs that they hold included. */
export function* nodesIn(nodes: readonly OnnxNode[]): Iterable<OnnxNode> {
  for (const node of nodes) {
    yield node;
    for (const graph of graphsIn(node)) yield* nodesIn(graph.node);
  }
}

/** Names of tensors that a graph defines, those of graphs within it left out. */
function namesIn(graph: OnnxGraph): ReadonlySet<string> {
  return new Set([
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.flatMap(({ values }) => values?.name ?? []),
    ...graph.node.flatMap(({ output }) => output),
  ]);
}

/** Gives names that neither the graph nor one within it has: the hint where it is free, else with a number. */
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

/** Without the initializers and Constant nodes that nothing takes any more. */
export function withoutUnused(graph: OnnxGraph): OnnxGraph {
  const taken = new Set([...graph.node.flatMap(takenBy), ...graph.output.map(({ name }) => name)]);
  return {
    ...graph,
    initializer: graph.initializer.filter(({ name }) => taken.has(name)),
    node: graph.node.filter((node) => !isOp(node, 'Constant') || node.output.some((name) => taken.has(name))),
  };
}
