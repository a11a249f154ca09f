// A node as its rule sees it: with the states of its inputs.

import { cutText } from '@pareto/core';
import { intOf } from '../../onnx/onnx-graph.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { shapeRules } from '../../shapes/infer-shapes.js';
import type { Known, Shape } from '../../shapes/shape.js';
import { fixed, isFree, numberOf, type Lengths, type Unknowns } from './length.js';
import { isLost, lengthOf, unknown, type ItemsAt, type Lost, type Rows, type RowState } from './row-state.js';

/** Maximum number of dimensions that is analysed. */
export const maxRank = 64;

export interface NodeView {
  readonly node: OnnxNode;
  /** Version of ONNX's operator set. */
  readonly opset: number;
  readonly inputs: readonly (RowState | undefined)[];
  /** Returns the value of an input that is a constant of the graph. Otherwise undefined. */
  readonly constant: (index: number) => OnnxTensor | undefined;
  readonly unknowns: Unknowns;
}

/** Returns the states of a node's outputs. Outputs that are not returned are unknown. */
export type RowRule = (view: NodeView) => readonly RowState[];

/** Returns the human-readable name of a node. */
export function labelOf({ name, opType, output }: OnnxNode): string {
  return `${opType} ${JSON.stringify(cutText(name === '' ? (output[0] ?? '') : name))}`;
}

export const lost = ({ node }: NodeView, why: string): readonly [Lost] => [unknown(`${labelOf(node)} ${why}`)];

export const combines = ({ node }: NodeView, how = 'runs over the batch'): readonly [Lost] => [
  { kind: 'mixed', reason: `${labelOf(node)} ${how}` },
];

/** Returns an input that has items. Undefined if it has none. */
export function rowsAt({ inputs }: NodeView, index: number): Rows | undefined {
  const state = inputs[index];
  return state?.kind === 'rows' ? state : undefined;
}

/** Returns true if all inputs are constants or left out, except for those at `indices`. */
export const isConstantBut = ({ inputs }: NodeView, ...indices: readonly number[]): boolean =>
  inputs.every((state, index) => indices.includes(index) || state === undefined || state.kind === 'constant');

/** Returns the elements of an input that is a short list of integers. Otherwise undefined. */
export function valuesAt({ inputs }: NodeView, index: number): Lengths | undefined {
  const state = inputs[index];
  return state?.kind === 'constant' || state?.kind === 'size' ? state.values : undefined;
}

/** Returns the elements of a list of integers, if all of them are known numbers. Otherwise undefined. */
export function numbersAt(view: NodeView, index: number): readonly number[] | undefined {
  const numbers = valuesAt(view, index)?.map(numberOf);
  return numbers?.every((value) => value !== undefined) === true ? numbers : undefined;
}

export function dimsAt({ inputs }: NodeView, index: number): Lengths | undefined {
  const state = inputs[index];
  return state === undefined || isLost(state) ? undefined : state.dims;
}

/** Returns what the rules of shapes need: the lengths that are numbers. */
const knownOf = (view: NodeView): Known => ({
  shape: (index) => dimsAt(view, index)?.map(numberOf),
  integers: (index) => valuesAt(view, index)?.map(numberOf),
  constant: view.constant,
  opset: view.opset,
});

/**
 * Returns the shapes of the outputs as far as they are numbers. Windows that are rounded up are left out, because
 * versions of ONNX Runtime count them differently.
 */
export const shapesOf = (view: NodeView): readonly (Shape | undefined)[] =>
  intOf(view.node, 'ceil_mode', 0) === 1 ? [] : (shapeRules.get(view.node.opType)?.(view.node, knownOf(view)) ?? []);

/**
 * Returns rows of this shape. The length at the axis of the items is ignored; the others must not depend on the number
 * of items.
 */
export function rowsOf(view: NodeView, at: ItemsAt, dims: Lengths): RowState {
  const length = lengthOf(at);
  const [before, after] = [dims.slice(0, at.axis), dims.slice(at.axis + 1)];
  if (dims.length > maxRank) return lost(view, 'has too many dimensions')[0];
  if (length === undefined || at.axis < 0 || at.axis >= dims.length || !before.every(isFree) || !after.every(isFree))
    return lost(view, 'has a shape that depends on the number of items in the batch')[0];
  const all = [...before, length, ...after];
  // Products over no elements are not initialised in some versions of ONNX Runtime.
  if (all.some(({ factor }) => factor === 0)) return lost(view, 'has no elements')[0];
  return { kind: 'rows', dims: all, at };
}

/**
 * Returns rows of a rank whose other lengths do not depend on the number of items. They are taken from the rule of
 * shapes as far as it knows them. `output` is the index of the output.
 */
export function rowsOfRank(view: NodeView, at: ItemsAt, rank: number, output = 0): RowState {
  const shape = shapesOf(view)[output];
  const dims = Array.from({ length: rank }, (_, axis) => {
    const known = shape?.length === rank ? shape[axis] : undefined;
    return known === undefined ? view.unknowns.length() : fixed(known);
  });
  return rowsOf(view, at, dims);
}
