// Evaluates short lists of integers that a graph computes from shapes and constants, such as the target of a Reshape.

import type { OnnxNode } from '../onnx/onnx.js';
import { attributeOf, intOf, intsOf } from '../onnx/onnx-graph.js';
import { fromFront, type Known, type Shape } from './shape.js';

const maxLength = 64;

type Operation = (a: number, b: number) => number;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['Add', (a, b) => a + b],
  ['Sub', (a, b) => a - b],
  ['Mul', (a, b) => a * b],
  ['Div', (a, b) => Math.trunc(a / b)],
]);

/**
 * Returns the elements of the node's first output; a scalar is a list of one. Undefined if they are unknown or too
 * many.
 */
export function integersGivenBy(node: OnnxNode, known: Known): Shape | undefined {
  const values = compute(node, known);
  return values !== undefined && values.length <= maxLength ? values : undefined;
}

function compute(node: OnnxNode, known: Known): Shape | undefined {
  const operation = operations.get(node.opType);
  if (operation !== undefined) return combine(operation, known.integers(0), known.integers(1));
  switch (node.opType) {
    case 'Shape':
      return shapeGivenBy(node, known);
    case 'Cast':
    case 'Identity':
    case 'Squeeze':
    case 'Unsqueeze':
      return known.integers(0);
    case 'Gather':
      return pick(known.integers(0), known.integers(1));
    case 'Concat':
      return join(node.input.map((_, index) => known.integers(index)));
    case 'Slice':
      return cut(node, known);
    default:
      return undefined;
  }
}

/** Returns the output of a Shape node: the shape of its input, or a range of it. */
export function shapeGivenBy(node: OnnxNode, known: Known): Shape | undefined {
  const end = attributeOf(node, 'end')?.i;
  return known.shape(0)?.slice(intOf(node, 'start', 0), end === undefined ? undefined : Number(end));
}

function combine(operation: Operation, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined || (a.length !== b.length && a.length !== 1 && b.length !== 1))
    return undefined;
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => {
    const [x, y] = [a[a.length === 1 ? 0 : index], b[b.length === 1 ? 0 : index]];
    return x === undefined || y === undefined ? undefined : operation(x, y);
  });
}

const pick = (from: Shape | undefined, at: Shape | undefined): Shape | undefined =>
  from === undefined
    ? undefined
    : at?.map((index) => (index === undefined ? undefined : from[fromFront(index, from.length)]));

const join = (parts: readonly (Shape | undefined)[]): Shape | undefined =>
  parts.every((part) => part !== undefined) ? parts.flat() : undefined;

function cut(node: OnnxNode, known: Known): Shape | undefined {
  const [from, steps] = [known.integers(0), known.integers(4)?.[0] ?? 1];
  const start = (intsOf(node, 'starts') ?? known.integers(1))?.[0];
  const end = (intsOf(node, 'ends') ?? known.integers(2))?.[0];
  return from === undefined || start === undefined || end === undefined || steps !== 1
    ? undefined
    : from.slice(start, end);
}
