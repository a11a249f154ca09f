// Replaces lists of tensors, with which the converter of scikit-learn ends a classifier of several targets, by outputs for
// each tensor.

import { consumersOf, isOp, producersOf, withGraph } from '../onnx/onnx-graph.js';
import type { OnnxDim, OnnxModel, OnnxNode, OnnxValue } from '../onnx/onnx.js';
import { inferShapes } from '../shapes/infer-shapes.js';
import type { Shape } from '../shapes/shape.js';
import { rowsOf } from './remove-zip-maps.js';

/**
 * Replaces each list of class probabilities that is an output and not used otherwise. The new outputs have the names of the
 * tensors in the graph. Returns the model itself if there is none. Other outputs of sequence type are rejected later.
 */
export function splitLists(model: OnnxModel): OnnxModel {
  const { graph, opsetImport } = model;
  const isTabular = opsetImport.some(({ domain }) => domain === 'ai.onnx.ml');
  const lists = graph.output.filter(({ type }) => type?.sequenceType?.elemType?.tensorType !== undefined);
  if (!isTabular || lists.length === 0) return model;
  const [producers, used, { shapes }] = [producersOf(graph), consumersOf(graph), inferShapes(model)];
  const names = new Set(graph.output.map(({ name }) => name));
  const split = new Map<string, OnnxNode>();
  for (const { name } of lists) {
    const node = producers.get(name);
    if (node === undefined || used.has(name) || !isOp(node, 'SequenceConstruct')) continue;
    const isNew = (part: string): boolean => producers.has(part) && names.size < names.add(part).size;
    const isMatrix = (part: string): boolean => (shapes.get(part) ?? unknownMatrix).length === unknownMatrix.length;
    if (node.input.every((part) => isMatrix(part) && isNew(part))) split.set(name, node);
  }
  if (split.size === 0) return model;
  const removed = new Set(split.values());
  const classes = (name: string): number | undefined => shapes.get(name)?.at(-1);
  return withGraph(model, {
    node: graph.node.filter((node) => !removed.has(node)),
    output: graph.output.flatMap((value) => {
      const parts = split.get(value.name)?.input;
      return parts === undefined ? value : parts.map((name) => partOf(value, name, rowsOf(graph), classes(name)));
    }),
  });
}

/** Shape of class probabilities. Those of most operators of tabular models can't be inferred. */
const unknownMatrix: Shape = [undefined, undefined];

/** Returns a tensor of a list as an output. The number of classes may be unknown. */
function partOf({ type }: OnnxValue, name: string, rows: OnnxDim, classes: number | undefined): OnnxValue {
  const elemType = type?.sequenceType?.elemType?.tensorType?.elemType ?? 0;
  const dim = [rows, { denotation: '', ...(classes === undefined ? {} : { dimValue: classes }) }];
  const tensorType = { elemType, shape: { dim } };
  return { name, docString: '', metadataProps: [], type: { denotation: '', tensorType } };
}
