// Replaces the maps of class probabilities with which converters of tabular models end a graph by the tensors of
// probabilities that enter them.

import { isUtf8 } from 'node:buffer';
import { cutText } from '@pareto/core';
import { attributeOf, consumersOf, inputsOf, nodesOf, opsetOf, withGraph, withOpset } from '../onnx/onnx-graph.js';
import { makeNode } from '../onnx/onnx-parts.js';
import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxDim, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from '../onnx/onnx.js';
import { inferShapes } from '../shapes/infer-shapes.js';
import type { Shape } from '../shapes/shape.js';
import { notRewritable, type NotRewritable } from './generator.js';

export interface WithoutZipMaps {
  readonly model: OnnxModel;
  /** Keys of the replaced maps, in the order of the tensor's columns, by output. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

/** Opset for a graph that has no operators of ONNX itself. `Identity` is the same in all opsets. */
const opsetOfIdentity = 13;

/**
 * Replaces each ZipMap whose maps are an output of the model. The tensor gets the name of the output. Returns the model
 * itself if there is none, and the reason if one can't be replaced.
 */
export function removeZipMaps(model: OnnxModel): WithoutZipMaps | NotRewritable {
  const { graph } = model;
  const outputs = new Set(graph.output.map(({ name }) => name));
  const zipMaps = new Map(
    graph.node.filter((node) => isZipMap(node) && outputs.has(mapsOf(node))).map((node) => [mapsOf(node), node]),
  );
  const other = graph.output.find(({ name, type }) => type?.sequenceType !== undefined && !zipMaps.has(name));
  if (other !== undefined && hasInnerZipMap(model)) return failure(other.name, 'it is in a nested graph or a function');
  if (zipMaps.size === 0) return { model, labels: {} };
  const replaced = replacedMaps(model, zipMaps);
  if ('reason' in replaced) return replaced;
  const rewritten = withGraph(model, {
    node: graph.node.map((node) => (zipMaps.get(mapsOf(node)) === node ? asTensor(node) : node)),
    output: graph.output.map((value) => replaced.get(value.name)?.value ?? value),
  });
  return {
    model: opsetOf(model) === 0 ? withOpset(rewritten, '', opsetOfIdentity) : rewritten,
    labels: Object.fromEntries(Array.from(replaced, ([name, { keys }]) => [name, keys])),
  };
}

const isZipMap = ({ domain, opType }: OnnxNode): boolean => domain === 'ai.onnx.ml' && opType === 'ZipMap';

const mapsOf = ({ output }: OnnxNode): string => output[0] ?? '';

const asTensor = ({ name, input, output }: OnnxNode): OnnxNode => makeNode('Identity', input, output, { name });

/** Returns true if a nested graph or a function has a ZipMap. */
function hasInnerZipMap(model: OnnxModel): boolean {
  const own = new Set(model.graph.node);
  return [...nodesOf(model)].some((node) => isZipMap(node) && !own.has(node));
}

const failure = (output: string, why: string): NotRewritable =>
  notRewritable(`the ZipMap of output ${JSON.stringify(cutText(output))} can't be replaced by a tensor: ${why}`);

interface ReplacedMap {
  readonly keys: readonly string[];
  /** The tensor in place of the output. */
  readonly value: OnnxValue;
}

function replacedMaps(
  model: OnnxModel,
  zipMaps: ReadonlyMap<string, OnnxNode>,
): ReadonlyMap<string, ReplacedMap> | NotRewritable {
  const used = consumersOf(model.graph);
  const { shapes } = inferShapes(model);
  const replaced = new Map<string, ReplacedMap>();
  for (const [name, node] of zipMaps) {
    if (used.has(name)) return failure(name, 'another node uses its maps');
    const [input = '', ...others] = node.input;
    if (input === '' || others.length > 0) return failure(name, `it has ${node.input.length} inputs, expected 1`);
    const keys = keysOf(node);
    if ('reason' in keys) return failure(name, keys.reason);
    const shape = shapes.get(input);
    const misfit = shape === undefined ? undefined : misfitOf(shape, keys.length);
    if (misfit !== undefined) return failure(name, misfit);
    const rows = shape?.length === 1 ? [] : [rowsOf(model.graph)];
    replaced.set(name, { keys, value: floats(name, [...rows, { denotation: '', dimValue: keys.length }]) });
  }
  return replaced;
}

/** Returns the keys as texts that fit a file of labels, with one per line. */
function keysOf(node: OnnxNode): readonly string[] | NotRewritable {
  const integers = attributeOf(node, 'classlabels_int64s')?.ints ?? [];
  const texts = attributeOf(node, 'classlabels_strings')?.strings ?? [];
  if (integers.length > 0 && texts.length > 0) return notRewritable('it has keys of two types');
  if (!texts.every((text) => isUtf8(text))) return notRewritable('a key is not UTF-8');
  const keys = [...integers.map(String), ...texts.map((text) => Buffer.from(text).toString())];
  if (keys.length === 0) return notRewritable('it has no keys');
  if (keys.some((key) => /[\r\n]/.test(key))) return notRewritable('a key has a line break');
  return new Set(keys).size === keys.length ? keys : notRewritable('a key occurs more than once');
}

/** Returns why a tensor does not have one column per key. Undefined if it may have. */
function misfitOf(shape: Shape, keys: number): string | undefined {
  if (shape.length !== 1 && shape.length !== 2) return `its input has ${shape.length} dimensions, expected 1 or 2`;
  const columns = shape.at(-1) ?? keys;
  return columns === keys ? undefined : `it has ${keys} keys for ${columns} columns`;
}

/** Returns the dimension of the rows, which converters declare at each input. */
export const rowsOf = (graph: OnnxGraph): OnnxDim =>
  inputsOf(graph)[0]?.type?.tensorType?.shape?.dim[0] ?? { denotation: '' };

const floats = (name: string, dim: readonly OnnxDim[]): OnnxValue => ({
  ...{ name, docString: '', metadataProps: [] },
  type: { denotation: '', tensorType: { elemType: onnxTypes.float, shape: { dim } } },
});
