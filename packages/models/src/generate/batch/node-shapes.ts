// Finds the axis of the batch in a tensor: the one that grows with the batch.

import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import type { InferredShapes } from '../../shapes/infer-shapes.js';
import { int64Tensor, intAttribute, makeNode } from '../../onnx/onnx-parts.js';

/** Factor by which the batch grows. No other dimension is this many times as large by chance. */
export const growth = 1009;

/** A node with the shapes of the graph. */
export interface NodeShapes {
  readonly node: OnnxNode;
  /** Shapes for the batch size that the graph was exported for. */
  readonly built: InferredShapes;
  /** Shapes for a batch that is `growth` times as large. */
  readonly grown: InferredShapes;
  /** Batch size that the graph was exported for. */
  readonly size: number;
  readonly fresh: (hint: string) => string;
}

/** The replacement of a node. */
export interface Change {
  readonly nodes: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
}

/** Returns the only axis of an input that grows. Undefined if there is none or several, or if the shape is unknown. */
export function batchAxis({ node, built, grown }: NodeShapes, index: number): number | undefined {
  const name = node.input[index] ?? '';
  const [was, is] = [built.shapes.get(name), grown.shapes.get(name)];
  const grew = (was ?? []).flatMap((dim, axis) => (dim !== undefined && is?.[axis] === dim * growth ? [axis] : []));
  return grew.length === 1 ? grew[0] : undefined;
}

/** Replaces an input of the node by a list of integers. */
export function withIntegers({ node, fresh }: NodeShapes, index: number, values: readonly number[]): Change {
  const tensor = int64Tensor(fresh(`${node.output[0] ?? ''}_dims`), values);
  return { nodes: [withInput(node, index, tensor.name)], initializer: [tensor] };
}

export const withInput = (node: OnnxNode, index: number, name: string): OnnxNode => ({
  ...node,
  input: node.input.map((given, at) => (at === index ? name : given)),
});

/** Creates nodes that compute the shape `dims`, in which `axis` has the length of the axis of `like` at run time. */
export function shapeLike(
  like: { readonly name: string; readonly axis: number },
  dims: readonly number[],
  axis: number,
  fresh: (hint: string) => string,
): Change & { readonly name: string } {
  const [shape, batch, name] = [fresh('shape'), fresh('batch_size'), fresh('dims')];
  const at = int64Tensor(fresh('axis'), [like.axis]);
  const [before, after] = [
    int64Tensor(fresh('before'), dims.slice(0, axis)),
    int64Tensor(fresh('after'), dims.slice(axis + 1)),
  ];
  const around = [before, after].filter(({ dims: [length = 0] }) => length > 0);
  const parts = [...(axis > 0 ? [before.name] : []), batch, ...(axis < dims.length - 1 ? [after.name] : [])];
  const nodes = [
    makeNode('Shape', [like.name], [shape]),
    makeNode('Gather', [shape, at.name], [batch], { attribute: [intAttribute('axis', 0)] }),
    makeNode('Concat', parts, [name], { attribute: [intAttribute('axis', 0)] }),
  ];
  return { nodes, initializer: [at, ...around], name };
}
