// Gives the inputs and outputs of a model other names.

import { ParetoError } from '@pareto/core';
import { decodeOnnx, encodeOnnx } from '../onnx/onnx-codec.js';
import { freshNames, inputsOf, withGraph } from '../onnx/onnx-graph.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../onnx/onnx.js';

/**
 * Returns the graph, whose inputs and outputs have the new names everywhere. Another tensor that has such a name gets a
 * fresh one. Throws `invalid-argument` if there is no such input or output, or if two would have one name.
 */
export function renameTensors(content: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const model = decodeOnnx(content);
  const { graph } = model;
  const known = [...inputsOf(graph), ...graph.output].map(({ name }) => name);
  for (const from of names.keys()) if (!known.includes(from)) throw unknownName(from, known);
  const after = known.map((name) => names.get(name) ?? name);
  const twice = after.find((name, at) => after.indexOf(name) !== at);
  if (twice !== undefined) throw invalid(`two of its inputs and outputs would be ${JSON.stringify(twice)}`);
  const fresh = freshNames(graph);
  const taken = [...names.values()].filter((to) => fresh(to) !== to && !names.has(to));
  const all = new Map([...names, ...taken.map((name) => [name, fresh(name)] as const)]);
  return encodeOnnx(
    withGraph(
      model,
      renameIn(graph, (name) => all.get(name) ?? name),
    ),
  );
}

const invalid = (why: string): ParetoError =>
  new ParetoError('invalid-argument', `the inputs and outputs of the model can't be renamed: ${why}`);

const unknownName = (name: string, known: readonly string[]): ParetoError =>
  invalid(`it has no ${JSON.stringify(name)}, but ${known.map((one) => JSON.stringify(one)).join(', ')}`);

type Rename = (name: string) => string;

function renameIn(graph: OnnxGraph, rename: Rename): OnnxGraph {
  const named = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: rename(one.name) });
  return {
    ...graph,
    node: graph.node.map((node) => renameInNode(node, rename)),
    initializer: graph.initializer.map(named),
    sparseInitializer: graph.sparseInitializer.map(({ values, ...rest }) => ({
      ...rest,
      ...(values === undefined ? {} : { values: named(values) }),
    })),
    input: graph.input.map(named),
    output: graph.output.map(named),
    valueInfo: graph.valueInfo.map(named),
    quantizationAnnotation: graph.quantizationAnnotation.map(({ tensorName, quantParameterTensorNames }) => ({
      tensorName: rename(tensorName),
      quantParameterTensorNames: quantParameterTensorNames.map(({ key, value }) => ({ key, value: rename(value) })),
    })),
  };
}

const renameInNode = (node: OnnxNode, rename: Rename): OnnxNode => ({
  ...node,
  input: node.input.map(rename),
  output: node.output.map(rename),
  attribute: node.attribute.map((attribute) => renameInAttribute(attribute, rename)),
});

const renameInAttribute = ({ g, graphs, ...rest }: OnnxAttribute, rename: Rename): OnnxAttribute => ({
  ...rest,
  ...(g === undefined ? {} : { g: renameIn(g, rename) }),
  graphs: graphs.map((graph) => renameIn(graph, rename)),
});
