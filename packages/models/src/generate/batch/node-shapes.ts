// Seeing where in a tensor the batch is: in the axis that grows when the batch does.

import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import type { InferredShapes } from '../../shapes/infer-shapes.js';
import { int64Tensor, intAttribute, makeNode } from '../../onnx/onnx-parts.js';

/** Nothing else is that many times as large by chance. */
export const growth = 1009;

/** A node, with the shapes around it. */
export interface NodeShapes {
  readonly node: OnnxNode;
  /** With the batch that the graph is built for. */
  readonly built: InferredShapes;
  /** With one that is `growth` times as large. */
  readonly grown: InferredShapes;
  /** Of the batch that the graph is built for. */
  readonly size: number;
  readonly fresh: (hint: string) => string;
}

/** What stands in for a node. */
export interface Change {
  readonly nodes: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
}

/** The one axis of the node's input that grows; undefined when there is none, or several, or they aren't known. */
export function batchAxis({ node, built, grown }: NodeShapes, index: number): number | undefined {
  const name = node.input[index] ?? '';
  const [was, is] = [built.shapes.get(name), grown.shapes.get(name)];
  const grew = (was ?? []).flatMap((dim, axis) => (dim !== undefined && is?.[axis] === dim * growth ? [axis] : []));
  return grew.length === 1 ? grew[0] : undefined;
}

/** The node with a list of whole numbers as that input. */
export function withIntegers({ node, fresh }: NodeShapes, index: number, values: readonly number[]): Change {
  const tensor = int64Tensor(fresh(`${node.output[0] ?? ''}_dims`), values);
  return { nodes: [withInput(node, index, tensor.name)], initializer: [tensor] };
}

export const withInput = (node: OnnxNode, index: number, name: string): OnnxNode => ({
  ...node,
  input: node.input.map((given, at) => (at === index ? name : given)),
});

/** Nodes that give a shape: the dims given, but for that axis, which is as long as the same one of `like` when it runs. */
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
