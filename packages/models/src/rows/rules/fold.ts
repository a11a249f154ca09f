// The state of a node's outputs if none of its inputs has items: constants, sizes, and repeated constants.

import {
  divided,
  fixed,
  isFree,
  isNumber,
  items,
  one,
  stretchedTo,
  type Length,
  type Lengths,
} from '../state/length.js';
import { dimsAt, lost, maxRank, rowsOf, shapesOf, valuesAt, type NodeView } from '../state/node-view.js';
import type { RowState } from '../state/row-state.js';
import { computedValues, isWide } from './computed-values.js';

/** Returns the states of the outputs of a node whose inputs are constants and sizes. */
export function fold(view: NodeView): readonly RowState[] {
  const repeated = repeat(view);
  if (repeated !== undefined) return [repeated];
  const constant = view.inputs.every((state) => state === undefined || state.kind === 'constant');
  const shapes = shapesOf(view);
  // Lists only: the elements of tensors of more dimensions are not in one order.
  const values = (shapes[0]?.length ?? 2) > 1 ? undefined : computedValues(view);
  const kind = constant || values?.every(isFree) === true ? 'constant' : 'size';
  const lengthIn = (dim: number | undefined): Length | undefined => {
    if (dim !== undefined) return fixed(dim);
    // The lengths of constants without elements have no limit.
    return kind === 'constant' ? view.unknowns.integer() : undefined;
  };
  return view.node.output.map((_, output) => ({
    kind,
    dims: (shapes[output]?.length ?? 0) > maxRank ? undefined : shapes[output]?.map(lengthIn),
    values: output === 0 ? values : undefined,
    wide: isWide(view),
  }));
}

/**
 * Returns a constant that is repeated for each item, by ConstantOfShape, Expand or Tile. Undefined for other operators
 * and if the shape does not depend on the number of items.
 */
function repeat(view: NodeView): RowState | undefined {
  switch (view.node.opType) {
    case 'ConstantOfShape':
      return stretch(view, [], valuesAt(view, 0));
    case 'Expand':
      return view.inputs[0]?.kind === 'constant' ? stretch(view, dimsAt(view, 0), valuesAt(view, 1)) : undefined;
    case 'Tile':
      return view.inputs[0]?.kind === 'constant' ? tileConstant(view, dimsAt(view, 0), valuesAt(view, 1)) : undefined;
    default:
      return undefined;
  }
}

function stretch(view: NodeView, from: Lengths | undefined, target: Lengths | undefined): RowState | undefined {
  const axis = target?.findIndex((dim) => dim?.items === 1) ?? -1;
  if (from === undefined || target === undefined || axis < 0) return undefined;
  const inner = divided(target[axis], items);
  const own = axis - target.length + from.length;
  if (inner === undefined || from.length > target.length || (own >= 0 && !isNumber(from[own], 1)))
    return lost(view, 'has a constant as long as the batch')[0];
  const dims = target.map((dim, at) => {
    const given = at - target.length + from.length;
    return stretchedTo(view.unknowns, given < 0 ? [dim] : [dim, from[given]]);
  });
  return rowsOf(view, { axis, outer: one, inner }, dims);
}

function tileConstant(view: NodeView, from: Lengths | undefined, repeats: Lengths | undefined): RowState | undefined {
  const axis = repeats?.findIndex((times) => times?.items === 1) ?? -1;
  if (from?.length !== repeats?.length || from === undefined || repeats === undefined || axis < 0) return undefined;
  const times = divided(repeats[axis], items);
  const dims = from.map((_, at) => (at === axis ? one : view.unknowns.integer()));
  const known = isNumber(times, 1) && isNumber(from[axis], 1);
  return known
    ? rowsOf(
        view,
        { axis, outer: one, inner: one },
        from.map((dim, at) => (isNumber(repeats[at], 1) ? dim : dims[at])),
      )
    : lost(view, 'repeats a constant in a way that is not analysed')[0];
}
