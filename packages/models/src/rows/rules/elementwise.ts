// Rules of operators that compute each element from the elements at the same position, with broadcasting.

import { intOf } from '../../onnx/onnx-graph.js';
import { fromFront } from '../../shapes/shape.js';
import { isNumber, isSame, one, stretchedTo, type Length } from '../state/length.js';
import {
  dimsAt,
  isConstantBut,
  labelOf,
  lost,
  rowsAt,
  rowsOf,
  valuesAt,
  type NodeView,
  type RowRule,
} from '../state/node-view.js';
import { isLost, lengthOf, mixed, sameOrder, unknown, type Rows, type RowState } from '../state/row-state.js';

/** Broadcasts these inputs, by default all, against each other. All outputs have the shape of the result. */
export function broadcasting(...indices: readonly number[]): RowRule {
  return (view) => {
    const used = indices.length === 0 ? view.inputs.map((_, index) => index) : indices;
    if (!isConstantBut(view, ...used)) return lost(view, 'has a parameter that depends on the input');
    const state = broadcastRows(
      view,
      used.flatMap((index) => view.inputs[index] ?? []),
    );
    return view.node.output.map(() => state);
  };
}

/** Handles operators of one tensor and constant parameters. */
export const elementwise: RowRule = (view) => {
  const x = rowsAt(view, 0);
  return x === undefined || !isConstantBut(view, 0) ? lost(view, 'has a parameter that depends on the input') : [x];
};

/** Returns the state of tensors that are broadcast against each other, as NumPy does. */
export function broadcastRows(view: NodeView, states: readonly RowState[]): RowState {
  const operands: Operand[] = [];
  for (const state of states) {
    if (isLost(state)) return state;
    if (state.dims === undefined) return lost(view, 'has an operand of unknown shape')[0];
    operands.push({ dims: state.dims, rows: state.kind === 'rows' ? state : undefined });
  }
  const rank = Math.max(...operands.map(({ dims }) => dims.length));
  const first = operands.find(({ rows }) => rows !== undefined)?.rows;
  if (first === undefined) return lost(view, 'has no operand with items')[0];
  const axis = rank - first.dims.length + first.at.axis;
  for (const operand of operands) {
    const problem = conflict(view, operand, { first, axis, rank });
    if (problem !== undefined) return problem;
  }
  const dims = Array.from({ length: rank }, (_, at) => stretched(view, operands, at - rank));
  return rowsOf(view, { ...first.at, axis }, dims);
}

interface Operand {
  readonly dims: readonly (Length | undefined)[];
  readonly rows: Rows | undefined;
}

interface Result {
  readonly first: Rows;
  readonly axis: number;
  readonly rank: number;
}

/** Returns why an operand does not have its items where the result has them. Undefined if it does. */
function conflict(view: NodeView, { dims, rows }: Operand, { first, axis, rank }: Result): RowState | undefined {
  const length = dims.at(axis - rank);
  const spans = axis - rank + dims.length >= 0 && !isNumber(length, 1);
  if (rows === undefined)
    return spans ? unknown(`${labelOf(view.node)} has a constant as long as the batch`) : undefined;
  const own = rank - dims.length + rows.at.axis;
  if (own === axis) {
    if (sameOrder(rows.at, first.at)) return undefined;
    return lost(view, 'has operands whose items are in different orders')[0];
  }
  const across = first.dims.at(own - rank);
  const pairs = !spans && (own - rank + first.dims.length < 0 || isNumber(across, 1));
  return pairs
    ? mixed(`${labelOf(view.node)} combines each item with every other one`)
    : lost(view, 'has operands with their items in different dimensions')[0];
}

/** Returns the length of an axis of the result, counted from the end. */
const stretched = ({ unknowns }: NodeView, operands: readonly Operand[], axis: number): Length | undefined =>
  stretchedTo(
    unknowns,
    operands.flatMap(({ dims }) => (-axis > dims.length ? [] : [dims.at(axis)])),
  );

/** Handles Expand: stretches the input to a shape that may contain the number of items. */
export const expand: RowRule = (view) => {
  const [x, target] = [rowsAt(view, 0), valuesAt(view, 1)];
  if (x === undefined || target === undefined) return lost(view, 'has a shape that is not known');
  const rank = Math.max(x.dims.length, target.length);
  const axis = rank - x.dims.length + x.at.axis;
  const given = target.at(axis - rank);
  const length = lengthOf(x.at);
  const keeps =
    axis - rank + target.length < 0 ||
    isNumber(given, 1) ||
    (given !== undefined && length !== undefined && isSame(given, length));
  if (!keeps) return lost(view, 'stretches the dimension of the batch');
  const shape: Operand = {
    dims: target.map((dim, at) => (at === axis - rank + target.length ? one : dim)),
    rows: undefined,
  };
  return [
    rowsOf(
      view,
      { ...x.at, axis },
      Array.from({ length: rank }, (_, at) => stretched(view, [{ dims: x.dims, rows: x }, shape], at - rank)),
    ),
  ];
};

/** Handles Dropout, which changes nothing unless it trains. */
export const dropout: RowRule = (view) => {
  const [x, training] = [rowsAt(view, 0), view.inputs[2]];
  const value = view.constant(2);
  const off = training === undefined || (value?.rawData?.length === 1 && value.rawData[0] === 0);
  return x === undefined || !off ? lost(view, 'may drop random elements') : [x, x];
};

/** Handles quantisation by constant scales, or by lists with one scale and zero point for each item. */
export const quantise: RowRule = (view) => {
  const [x, scale] = [rowsAt(view, 0), dimsAt(view, 1)];
  if (x === undefined || scale === undefined) return lost(view, 'has a parameter that depends on the input');
  const axis = fromFront(intOf(view.node, 'axis', 1), x.dims.length);
  const own = [1, 2].flatMap((index) => view.inputs[index] ?? []);
  if (axis === x.at.axis && own.every((state) => isListOf(x, state))) return [x];
  const single = scale.every((length) => isNumber(length, 1));
  const fits = single || (axis !== x.at.axis && scale.length === 1);
  return fits && isConstantBut(view, 0) ? [x] : lost(view, 'has scales that are not those of the items');
};

/** Returns true for a list with one element for each index of the axis of the items. */
const isListOf = ({ at }: Rows, state: RowState): boolean =>
  state.kind === 'rows' && state.dims.length === 1 && sameOrder(state.at, at);
