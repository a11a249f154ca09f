// Rejects names that ONNX Runtime and other readers of a model would resolve differently.

import { cutText } from '@pareto/core';
import type { OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from '../onnx/onnx.js';
import { graphsIn } from '../onnx/onnx-graph.js';

type CreateError = (why: string) => Error;

/**
 * Throws the error that `createError` returns if two inputs, initializers, outputs, attributes of a node or functions
 * have the same name, if a node's output has the name of another value, or if an operator set has two versions.
 */
export function checkNames(model: OnnxModel, createError: CreateError): void {
  const unique = (kind: string, names: readonly string[]): void => {
    const twice = firstRepeated(names);
    if (twice !== undefined)
      throw createError(`it has ${kind} ${JSON.stringify(cutText(twice))} more than once: rename or remove one`);
  };
  unique('the output', namesOf(model.graph.output));
  unique('the operator set', [...new Set(model.opsetImport.map(toOpset))].map(domainOf));
  unique(
    'the function',
    model.functions.map(({ domain, name, overload }) => [domain, name, overload].join(':')),
  );
  checkGraph(model.graph, unique);
  for (const own of model.functions) checkFunction(own, unique);
}

const toOpset = ({ domain, version }: OnnxModel['opsetImport'][number]): string =>
  `${version} ${domain === 'ai.onnx' ? '' : domain}`;
const domainOf = (opset: string): string => opset.slice(opset.indexOf(' ') + 1);

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

type Unique = (kind: string, names: readonly string[]) => void;

const namesOf = (values: readonly { readonly name: string }[]): readonly string[] => values.map(({ name }) => name);

function checkGraph(graph: OnnxGraph, unique: Unique): void {
  const [inputs, constants] = [namesOf(graph.input), constantNames(graph)];
  unique('the input', inputs);
  unique('the initializer', constants);
  // An initializer may be the default of an input.
  checkNodes(graph.node, [...new Set([...inputs, ...constants])], unique);
}

const constantNames = ({ initializer, sparseInitializer }: OnnxGraph): readonly string[] => [
  ...namesOf(initializer),
  ...sparseInitializer.map(({ values }) => values?.name ?? ''),
];

function checkFunction({ input, attribute, attributeProto, node }: OnnxFunction, unique: Unique): void {
  unique('the input', input);
  unique('the attribute', [...attribute, ...namesOf(attributeProto)]);
  for (const graph of graphsIn({ attribute: attributeProto })) checkGraph(graph, unique);
  checkNodes(node, input, unique);
}

/** Checks nodes after values that have other names. */
function checkNodes(nodes: readonly OnnxNode[], others: readonly string[], unique: Unique): void {
  unique('the value', [...others, ...nodes.flatMap(({ output }) => output.filter((name) => name !== ''))]);
  for (const node of nodes) {
    unique('the attribute', namesOf(node.attribute));
    for (const graph of graphsIn(node)) checkGraph(graph, unique);
  }
}
