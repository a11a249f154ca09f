// Rules of operators that combine elements along some axes: reductions, normalisations, sorting and selecting.

import { attributeOf, intOf, intsOf } from '../../onnx/onnx-graph.js';
import { fromFront } from '../../shapes/shape.js';
import { one } from '../state/length.js';
import {
  combines,
  isConstantBut,
  lost,
  numbersAt,
  rowsAt,
  rowsOf,
  rowsOfRank,
  type NodeView,
  type RowRule,
} from '../state/node-view.js';
import { sameItems, type Rows } from '../state/row-state.js';
import { broadcastRows } from './elementwise.js';

/** Returns the axes along which a node combines elements of an input of this rank, counted from either end. */
export type AxesOf = (view: NodeView, rank: number) => readonly number[] | undefined;

/** Shape of the result: `same`, `sized` as the rule of shapes says, or without the axes if `keepdims` is 0. */
type Change = 'same' | 'sized' | 'reduced';

/** Keeps rows apart if the axis of the items is not combined, and if all inputs but the first are constants. */
export function along(axesOf: AxesOf, change: Change): RowRule {
  return (view) => {
    const x = rowsAt(view, 0);
    if (x === undefined || !isConstantBut(view, 0)) return lost(view, 'has a parameter that depends on the input');
    const rank = x.dims.length;
    const axes = axesOf(view, rank)?.map((axis) => fromFront(axis, rank));
    if (axes?.every((axis) => axis >= 0 && axis < rank) !== true) return lost(view, 'has unknown axes');
    if (axes.includes(x.at.axis)) return combines(view);
    return view.node.output.map((_, output) => changed(view, x, { axes, change, output }));
  };
}

interface Changed {
  readonly axes: readonly number[];
  readonly change: Change;
  readonly output: number;
}

function changed(view: NodeView, x: Rows, { axes, change, output }: Changed) {
  if (change === 'same') return x;
  if (change === 'sized') return rowsOfRank(view, x.at, x.dims.length, output);
  if (intOf(view.node, 'keepdims', 1) === 1)
    return rowsOf(
      view,
      x.at,
      x.dims.map((dim, axis) => (axes.includes(axis) ? one : dim)),
    );
  const axis = x.at.axis - axes.filter((gone) => gone < x.at.axis).length;
  return rowsOf(
    view,
    { ...x.at, axis },
    x.dims.filter((_, at) => !axes.includes(at)),
  );
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

/** Returns the axis of an attribute. */
export const axisAttribute =
  (fallback: number, name = 'axis'): AxesOf =>
  ({ node }) => [intOf(node, name, fallback)];

/** Returns the axes from an attribute to the last one. */
export const axesFrom =
  (fallback: number): AxesOf =>
  ({ node }, rank) =>
    range(fromFront(intOf(node, 'axis', fallback), rank), rank);

/** Returns the axis of softmax. Before opset 13, it is all axes from the given one on, by default from the second on. */
export const softmaxAxes: AxesOf = (view, rank) =>
  view.opset < 13 ? axesFrom(1)(view, rank) : axisAttribute(-1)(view, rank);

/** Returns the axes of an attribute or, in later operator sets, of the second input. Without any, these are all axes. */
export const reducedAxes: AxesOf = (view, rank) => {
  const attribute = attributeOf(view.node, 'axes') !== undefined;
  const axes = attribute ? intsOf(view.node, 'axes') : view.inputs[1] === undefined ? [] : numbersAt(view, 1);
  if (axes?.length !== 0) return axes;
  return intOf(view.node, 'noop_with_empty_axes', 0) === 1 ? [] : range(0, rank);
};

/** Returns the axis that the second input is. */
export const axisInput: AxesOf = (view) => numbersAt(view, 1);

export const channelsLast: AxesOf = (_, rank) => [rank - 1];
export const statisticsAxes: AxesOf = ({ node }) => intsOf(node, 'axes') ?? [0, 2, 3];

/** Returns the last two axes. */
export const matrixAxes: AxesOf = () => [-2, -1];

/** Handles normalisations with outputs of statistics, which have a length of 1 along the normalised axes. */
export const layerNorm: RowRule = (view) => {
  const x = rowsAt(view, 0);
  if (x === undefined) return lost(view, 'has a parameter that depends on the input');
  const from = fromFront(intOf(view.node, 'axis', -1), x.dims.length);
  const [y] = along(axesFrom(-1), 'same')(view);
  const statistics = rowsOf(
    view,
    x.at,
    x.dims.map((dim, axis) => (axis < from ? dim : one)),
  );
  return y?.kind === 'rows' ? [y, statistics, statistics] : [y ?? x];
};

/** Handles batch normalisation, which combines the batch only while it trains. */
export const batchNorm: RowRule = (view) => {
  const { node, opset } = view;
  const trains =
    opset < 14 ? node.output.filter((name) => name !== '').length > 1 : intOf(node, 'training_mode', 0) !== 0;
  if (trains) return combines(view, 'normalises by statistics of the batch');
  const x = rowsAt(view, 0);
  return x?.at.axis === 1 || x === undefined || !isConstantBut(view, 0)
    ? lost(view, 'normalises the batch as channels')
    : [x];
};

/** Handles OneHot, which inserts an axis. */
export const oneHot: RowRule = (view) => {
  const x = rowsAt(view, 0);
  if (x === undefined || !isConstantBut(view, 0)) return lost(view, 'has a parameter that depends on the input');
  const rank = x.dims.length + 1;
  const axis = fromFront(intOf(view.node, 'axis', -1), rank);
  const depth = view.unknowns.integer();
  return [
    rowsOf(view, { ...x.at, axis: x.at.axis + (axis <= x.at.axis ? 1 : 0) }, [
      ...x.dims.slice(0, axis),
      depth,
      ...x.dims.slice(axis),
    ]),
  ];
};

/**
 * Handles operators whose first dimension is the batch in the inputs at these indices, and whose other inputs are
 * constants. The outputs have the given ranks, by default that of the first input.
 */
export function batchFirst(indices: readonly number[], ...ranks: readonly number[]): RowRule {
  return (view) => {
    if (!isConstantBut(view, ...indices)) return lost(view, 'has a parameter that depends on the input');
    const states = indices.flatMap((index) => view.inputs[index] ?? []);
    const [first, ...others] = states.filter((state) => state.kind === 'rows');
    if (first === undefined || others.length + 1 < states.length)
      return lost(view, 'has a constant as long as the batch');
    if (first.at.axis !== 0) return lost(view, 'expects the batch as the first dimension');
    if (!others.every(({ at }) => sameItems(at, first.at))) return lost(view, 'has items in different orders');
    return (ranks.length === 0 ? [first.dims.length] : ranks).map((rank, output) =>
      rowsOfRank(view, first.at, rank, output),
    );
  };
}

/** Handles the normalisation of a sum of two inputs along the last axis. The last output is the sum. */
export const skipLayerNorm: RowRule = (view) => {
  if (!isConstantBut(view, 0, 1)) return lost(view, 'has a parameter that depends on the input');
  const sum = broadcastRows(
    view,
    view.inputs.slice(0, 2).flatMap((state) => state ?? []),
  );
  if (sum.kind !== 'rows') return [sum];
  if (sum.at.axis === sum.dims.length - 1) return combines(view);
  const [statistics] = lost(view, 'has statistics that are not analysed');
  return [sum, statistics, statistics, sum];
};
