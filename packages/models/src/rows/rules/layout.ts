// Rules of operators that move elements without computing.

import { attributeOf, intOf, intsOf, stringOf } from '../../onnx/onnx-graph.js';
import { elementsOf } from '../../onnx/onnx-tensor-data.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';
import { fromFront } from '../../shapes/shape.js';
import {
  added,
  divided,
  fixed,
  isFree,
  isNatural,
  isNumber,
  isSame,
  items,
  multiplied,
  numberOf,
  one,
  type Length,
  type Lengths,
} from '../state/length.js';
import {
  combines,
  dimsAt,
  isConstantBut,
  lost,
  maxRank,
  numbersAt,
  rowsAt,
  rowsOf,
  rowsOfRank,
  shapesOf,
  valuesAt,
  type NodeView,
  type RowRule,
} from '../state/node-view.js';
import { lengthOf, sameItems, type Rows, type RowState } from '../state/row-state.js';

export const transpose: RowRule = (view) => {
  const x = rowsAt(view, 0);
  if (x === undefined) return lost(view, 'has no items');
  const order = intsOf(view.node, 'perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  return [
    rowsOf(
      view,
      { ...x.at, axis: order.indexOf(x.at.axis) },
      order.map((axis) => x.dims[axis]),
    ),
  ];
};

export const reshape: RowRule = (view) => {
  const [x, target] = [rowsAt(view, 0), valuesAt(view, 1)];
  if (x === undefined || target === undefined) return lost(view, 'has a shape that is not known');
  const copies = intOf(view.node, 'allowzero', 0) === 0;
  const dims = target.map((dim, axis) => {
    if (copies && isNumber(dim, 0)) return x.dims[axis];
    // It may turn out to be 0 or -1, which have a meaning of their own.
    const unclear = isFree(dim) && !isNumber(dim, -1) && !isNatural(dim);
    return unclear ? view.unknowns.length() : dim;
  });
  return [reshaped(view, x, withOpen(view, x, dims))];
};

/** Replaces a length of -1 by the one that the others leave. */
function withOpen({ unknowns }: NodeView, x: Rows, target: Lengths): Lengths {
  const open = target.findIndex((dim) => isNumber(dim, -1));
  if (open < 0) return target;
  const [whole, rest] = [multiplied(...x.dims), multiplied(...target.filter((_, axis) => axis !== open))];
  const free = whole !== undefined && rest !== undefined && whole.items === rest.items;
  const length = divided(whole, rest) ?? (free ? unknowns.length() : undefined);
  return target.map((dim, axis) => (axis === open ? length : dim));
}

export const flatten: RowRule = (view) => {
  const x = rowsAt(view, 0);
  if (x === undefined) return lost(view, 'has no items');
  const axis = fromFront(intOf(view.node, 'axis', 1), x.dims.length);
  return [reshaped(view, x, [multiplied(...x.dims.slice(0, axis)), multiplied(...x.dims.slice(axis))])];
};

/** Finds the items in another shape: the axis before which there are as many elements as before the items. */
function reshaped(view: NodeView, x: Rows, target: Lengths): RowState {
  const [before, whole, wanted] = [
    multiplied(...x.dims.slice(0, x.at.axis), x.at.outer),
    multiplied(...x.dims),
    multiplied(...target),
  ];
  if (whole !== undefined && wanted !== undefined && isUnequal(whole, wanted))
    return lost(view, 'changes the number of elements')[0];
  let passed: Length | undefined = one;
  for (const [axis, dim] of target.entries()) {
    const outer = divided(before, passed);
    if (outer === undefined) break;
    const inner = divided(dim, multiplied(outer, items));
    if (inner !== undefined) return rowsOf(view, { axis, outer, inner }, target);
    passed = multiplied(passed, dim);
  }
  return lost(view, 'reshapes items so that they can not be followed')[0];
}

/** Returns true if two lengths differ for every batch and all unknown values that are not 0. */
const isUnequal = (a: Length, b: Length): boolean =>
  isSame({ ...a, factor: 1 }, { ...b, factor: 1 }) && a.factor !== b.factor;

export const squeeze: RowRule = (view) => {
  const x = rowsAt(view, 0);
  const axes = intsOf(view.node, 'axes') ?? numbersAt(view, 1);
  if (x === undefined || axes === undefined) return lost(view, 'may remove the dimension of the batch');
  const gone = axes.map((axis) => fromFront(axis, x.dims.length));
  if (gone.includes(x.at.axis)) return lost(view, 'removes the dimension of the batch');
  const axis = x.at.axis - gone.filter((each) => each < x.at.axis).length;
  return [
    rowsOf(
      view,
      { ...x.at, axis },
      x.dims.filter((_, at) => !gone.includes(at)),
    ),
  ];
};

export const unsqueeze: RowRule = (view) => {
  const x = rowsAt(view, 0);
  const axes = intsOf(view.node, 'axes') ?? numbersAt(view, 1);
  if (x === undefined || axes === undefined) return lost(view, 'has unknown axes');
  const rank = x.dims.length + axes.length;
  const gained = new Set(axes.map((axis) => fromFront(axis, rank)));
  const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !gained.has(axis));
  const dims = Array.from({ length: rank }, (_, axis) => (gained.has(axis) ? one : x.dims[kept.indexOf(axis)]));
  return [rowsOf(view, { ...x.at, axis: kept[x.at.axis] ?? 0 }, dims)];
};

/** Handles Concat, and its quantised form, whose tensors are at every third input. */
export const concat =
  (isData: (index: number) => boolean = () => true): RowRule =>
  (view) => {
    const parts = view.inputs.filter((_, index) => isData(index));
    const others = view.inputs.filter((_, index) => !isData(index));
    if (others.some((state) => state?.kind !== 'constant'))
      return lost(view, 'has a parameter that depends on the input');
    const rows = parts.filter((state) => state?.kind === 'rows');
    const [first] = rows;
    if (first === undefined || rows.length < parts.length)
      return lost(view, 'joins items with a tensor of another kind');
    if (!rows.every(({ at, dims }) => sameItems(at, first.at) && dims.length === first.dims.length))
      return lost(view, 'joins tensors with their items in different dimensions');
    const axis = fromFront(intOf(view.node, 'axis', 1), first.dims.length);
    if (axis === first.at.axis) return lost(view, 'joins tensors along the batch');
    const sum = rows.map(({ dims }) => dims[axis]).reduce(added);
    return [
      rowsOf(
        view,
        first.at,
        first.dims.map((dim, at) => (at === axis ? (sum ?? view.unknowns.length()) : dim)),
      ),
    ];
  };

export const split: RowRule = (view) => {
  const x = rowsAt(view, 0);
  if (x === undefined || !isConstantBut(view, 0)) return lost(view, 'has a parameter that depends on the input');
  const axis = fromFront(intOf(view.node, 'axis', 0), x.dims.length);
  if (axis === x.at.axis) return combines(view, 'picks items by their position');
  const shapes = shapesOf(view);
  return view.node.output.map((_, part) => {
    const length = shapes[part]?.[axis];
    const own = length === undefined ? view.unknowns.length() : fixed(length);
    return rowsOf(
      view,
      x.at,
      x.dims.map((dim, at) => (at === axis ? own : dim)),
    );
  });
};

export const slice: RowRule = (view) => {
  const x = rowsAt(view, 0);
  const limits = view.inputs.slice(1);
  if (x === undefined || !limits.every((state) => ['constant', 'size', undefined].includes(state?.kind)))
    return lost(view, 'has a parameter that depends on the input');
  const given = (name: string, index: number): Lengths | undefined =>
    intsOf(view.node, name)?.map(fixed) ?? valuesAt(view, index);
  const [starts, ends] = [given('starts', 1), given('ends', 2)];
  const axes = limits[2] === undefined ? (intsOf(view.node, 'axes') ?? starts?.map((_, at) => at)) : numbersAt(view, 3);
  if (axes === undefined) return lost(view, 'has unknown axes');
  const dims = [...x.dims];
  const shape = shapesOf(view)[0];
  for (const [index, each] of axes.entries()) {
    const axis = fromFront(each, x.dims.length);
    const [start, end] = [starts?.[index], ends?.[index]];
    const step = limits[3] === undefined ? one : valuesAt(view, 4)?.[index];
    if (axis === x.at.axis) {
      if (isWhole(x, start, end, step)) continue;
      const cuts = isNumber(start, 0) && isNumber(step, 1) && (numberOf(end) ?? 2) > 1;
      return cuts ? lost(view, 'may cut off items') : combines(view, 'picks items by their position');
    }
    const constant = limits.every((state) => state === undefined || state.kind === 'constant');
    if (!constant && ![start, end, step].every(isFree))
      return lost(view, 'has limits that depend on the number of items in the batch');
    const length = shape?.[axis];
    dims[axis] = length === undefined ? view.unknowns.length() : fixed(length);
  }
  return [rowsOf(view, x.at, dims)];
};

/** Length beyond every batch. Exporters write this or more for "up to the end". */
const endless = 1e9;

function isWhole(x: Rows, start: Length | undefined, end: Length | undefined, step: Length | undefined): boolean {
  const length = lengthOf(x.at);
  const reaches = (numberOf(end) ?? 0) >= endless || (end !== undefined && length !== undefined && isSame(end, length));
  return isNumber(start, 0) && isNumber(step, 1) && reaches;
}

export const pad: RowRule = (view) => {
  const x = rowsAt(view, 0);
  const pads = intsOf(view.node, 'pads') ?? numbersAt(view, 1);
  if (x === undefined || !isConstantBut(view, 0)) return lost(view, 'has a parameter that depends on the input');
  const rank = x.dims.length;
  const axes = view.inputs[3] === undefined ? x.dims.map((_, axis) => axis) : numbersAt(view, 3);
  const at = axes?.map((axis) => fromFront(axis, rank)).indexOf(x.at.axis) ?? -1;
  if (axes === undefined || pads?.length !== 2 * axes.length) return lost(view, 'has unknown padding');
  const padsBatch = at >= 0 && (pads[at] !== 0 || pads[at + axes.length] !== 0);
  if (padsBatch) return lost(view, 'pads the batch');
  const dims = x.dims.map((dim, axis) => {
    const index = axes.findIndex((each) => fromFront(each, rank) === axis);
    const more = fixed((pads[index] ?? 0) + (pads[index + axes.length] ?? 0));
    return index < 0 ? dim : (added(dim, more) ?? view.unknowns.length());
  });
  return [rowsOf(view, x.at, dims)];
};

/** Handles Gather of items by constants, and of constants by items, such as an embedding. */
export const gather: RowRule = (view) => {
  const [x, indices] = [rowsAt(view, 0), rowsAt(view, 1)];
  const [from, by] = [dimsAt(view, 0), dimsAt(view, 1)];
  if (from === undefined || by === undefined) return lost(view, 'has an input of unknown shape');
  const axis = fromFront(intOf(view.node, 'axis', 0), from.length);
  const dims = [...from.slice(0, axis), ...by, ...from.slice(axis + 1)];
  if (!isConstantBut(view, 0, 1)) return lost(view, 'has a parameter that depends on the input');
  if (x === undefined && indices !== undefined)
    return [rowsOf(view, { ...indices.at, axis: axis + indices.at.axis }, dims)];
  if (x === undefined) return lost(view, 'has no items');
  if (x.at.axis === axis)
    return indices === undefined
      ? combines(view, 'picks items by their position')
      : lost(view, 'picks items of the batch by its input');
  if (indices !== undefined) return combines(view, 'picks from each item by every other one');
  return [rowsOf(view, { ...x.at, axis: x.at.axis < axis ? x.at.axis : x.at.axis + by.length - 1 }, dims)];
};

/** Handles operators that pick or replace elements along an axis, by indices of the same shape. */
export const alongIndices: RowRule = (view) => {
  const rows = view.inputs.filter((state) => state?.kind === 'rows');
  const [first, indices = first] = rows;
  if (first === undefined || indices === undefined || rows.length < view.inputs.length)
    return lost(view, 'has an input without items');
  if (!rows.every(({ at, dims }) => sameItems(at, first.at) && dims.length === first.dims.length))
    return lost(view, 'has items in different dimensions');
  if (fromFront(intOf(view.node, 'axis', 0), first.dims.length) === first.at.axis)
    return lost(view, 'picks items of the batch by its input');
  return [view.node.opType.startsWith('Gather') ? indices : first];
};

/** Handles GatherND whose leading axes, with that of the items, are common to both inputs. */
export const gatherAt: RowRule = (view) => {
  const [x, indices, common] = [rowsAt(view, 0), rowsAt(view, 1), intOf(view.node, 'batch_dims', 0)];
  const count = numberOf(indices?.dims.at(-1));
  const from = dimsAt(view, 0);
  if (indices === undefined || count === undefined || from === undefined) return lost(view, 'has unknown indices');
  const constant = view.inputs[0]?.kind === 'constant' && common === 0;
  const shared = x !== undefined && sameItems(x.at, indices.at) && x.at.axis < common;
  if ((!constant && !shared) || indices.at.axis === indices.dims.length - 1)
    return lost(view, 'picks items of the batch by its input');
  return [rowsOf(view, indices.at, [...indices.dims.slice(0, -1), ...from.slice(common + count)])];
};

export const tile: RowRule = (view) => {
  const [x, repeats] = [rowsAt(view, 0), valuesAt(view, 1)];
  if (x === undefined || repeats?.length !== x.dims.length) return lost(view, 'has unknown repetitions');
  const times = repeats[x.at.axis];
  const outer = isFree(times) ? multiplied(times, x.at.outer) : undefined;
  if (outer === undefined) return lost(view, 'repeats the batch');
  return [
    rowsOf(
      view,
      { ...x.at, outer },
      x.dims.map((dim, axis) => multiplied(dim, repeats[axis])),
    ),
  ];
};

/** Handles resizing by scales or sizes that leave the batch as it is. */
export const resize: RowRule = (view) => {
  const x = rowsAt(view, 0);
  if (x === undefined || !isConstantBut(view, 0, 3)) return lost(view, 'has a parameter that depends on the input');
  const rank = x.dims.length;
  const axes = intsOf(view.node, 'axes')?.map((axis) => fromFront(axis, rank)) ?? x.dims.map((_, axis) => axis);
  const at = axes.indexOf(x.at.axis);
  const [scales, sizes] = [scalesOf(view), valuesAt(view, 3)];
  const [length, wanted] = [lengthOf(x.at), sizes?.[at]];
  const crops = stringOf(view.node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  const stretches = stringOf(view.node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch' && !crops;
  const same = wanted !== undefined && length !== undefined && isSame(wanted, length);
  if (!stretches || (at >= 0 && scales?.[at] !== 1 && !same)) return lost(view, 'may resize the batch');
  if (view.inputs[3] === undefined) return [rowsOfRank(view, x.at, rank)];
  const dims = x.dims.map((dim, axis) => (axes.includes(axis) ? sizes?.[axes.indexOf(axis)] : dim));
  return [rowsOf(view, x.at, dims)];
};

function scalesOf(view: NodeView): ArrayLike<number> | undefined {
  const attribute = attributeOf(view.node, 'scales');
  if (attribute !== undefined) return attribute.floats;
  const tensor = view.constant(view.node.opType === 'Resize' && view.opset >= 11 ? 2 : 1);
  const count = tensor === undefined ? 0 : elementsOf(tensor.dims);
  return tensor === undefined || count === 0 || count > maxRank ? undefined : floatsOf(tensor);
}
