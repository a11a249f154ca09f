// Shapes that may be partly unknown, and operations on them.

import type { OnnxNode, OnnxTensor } from '../onnx/onnx.js';

/** A shape. Undefined dimensions are unknown until the model runs. */
export type Shape = readonly (number | undefined)[];

/** Facts about the inputs of a node. The functions return undefined for what is unknown. */
export interface Known {
  /** Shape of an input. */
  readonly shape: (index: number) => Shape | undefined;
  /** Elements of an input that is a short list of integers. */
  readonly integers: (index: number) => Shape | undefined;
  /** Value of an input that is a constant. */
  readonly constant: (index: number) => OnnxTensor | undefined;
  /** Version of ONNX's operator set. */
  readonly opset: number;
}

/** Returns the shapes of a node's outputs, undefined if unknown. */
export type ShapeRule = (node: OnnxNode, known: Known) => readonly (Shape | undefined)[];

/** Returns the number of elements. Undefined unless every dimension is known. */
export function sizeOf(shape: Shape | undefined): number | undefined {
  let size: number | undefined = shape === undefined ? undefined : 1;
  for (const dim of shape ?? []) size = size === undefined || dim === undefined ? undefined : size * dim;
  return size;
}

export const multiply = (...factors: readonly (number | undefined)[]): number | undefined => sizeOf(factors);

/** Broadcasts as NumPy does: shapes are aligned at the end, and a dimension of 1 stretches. */
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

/** Returns an axis counted from the front; negative axes count from the end. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Returns the first shape, with unknown dimensions taken from the second if it has the same rank. */
export function merge(first: Shape | undefined, second: Shape | undefined): Shape | undefined {
  if (first === undefined || second?.length !== first.length) return first ?? second;
  return first.map((dim, index) => dim ?? second[index]);
}
