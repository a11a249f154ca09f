// Shapes that may be known in part, and what can be said of them.

import type { OnnxNode, OnnxTensor } from '../onnx/onnx.js';

/** A dimension that is undefined is not known ahead. */
export type Shape = readonly (number | undefined)[];

/** What is known where a node stands. All are undefined where nothing is known. */
export interface Known {
  /** Of the node's input of that index. */
  readonly shape: (index: number) => Shape | undefined;
  /** Elements of that input, when it is a short list of whole numbers. */
  readonly integers: (index: number) => Shape | undefined;
  /** That input, when it is a constant. */
  readonly constant: (index: number) => OnnxTensor | undefined;
  /** The version of the operator set. */
  readonly opset: number;
}

/** The shapes of a node's outputs. */
export type ShapeRule = (node: OnnxNode, known: Known) => readonly (Shape | undefined)[];

/** Undefined unless every dimension is known. */
export function sizeOf(shape: Shape | undefined): number | undefined {
  let size: number | undefined = shape === undefined ? undefined : 1;
  for (const dim of shape ?? []) size = size === undefined || dim === undefined ? undefined : size * dim;
  return size;
}

export const multiply = (...factors: readonly (number | undefined)[]): number | undefined => sizeOf(factors);

/** As NumPy's: aligned at the end, and a dimension of 1 stretches. */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.length < shapes.length || known.length === 0) return undefined;
  const rank = Math.max(...known.map(({ length }) => length));
  return Array.from({ length: rank }, (_, index) => {
    const dims = known.map((shape) => (index < rank - shape.length ? 1 : shape[index - rank + shape.length]));
    const stretched = dims.filter((dim) => dim !== 1);
    return stretched.length === 0 ? 1 : (stretched.find((dim) => dim !== undefined) ?? undefined);
  });
}

/** An axis of a tensor of that rank, counted from the front. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The first shape with what it leaves open taken from the second, where both are of one rank. */
export function merge(first: Shape | undefined, second: Shape | undefined): Shape | undefined {
  if (first === undefined || second?.length !== first.length) return first ?? second;
  return first.map((dim, index) => dim ?? second[index]);
}
