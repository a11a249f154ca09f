// Evaluates short lists of integers that a graph computes from shapes and constants, with the number of items unknown.

import { attributeOf, intOf, intsOf } from '../../onnx/onnx-graph.js';
import { integersOf } from '../../onnx/onnx-tensor-values.js';
import { elementsOf, onnxTypes } from '../../onnx/onnx-tensor-data.js';
import { fromFront } from '../../shapes/shape.js';
import {
  added,
  divided,
  fixed,
  isFree,
  isBelow,
  isNatural,
  isSame,
  multiplied,
  numberOf,
  type Length,
  type Lengths,
} from '../state/length.js';
import { dimsAt, numbersAt, valuesAt, type NodeView } from '../state/node-view.js';
import type { RowState } from '../state/row-state.js';

const maxLength = 64;

type Compute = (view: NodeView) => Lengths | undefined;

const first: Compute = (view) => valuesAt(view, 0);

/** Applies an operation to pairs of elements that are exact. A list of one is stretched. */
const paired =
  (operation: (view: NodeView, a: Length, b: Length) => Length | undefined): Compute =>
  (view) => {
    const [a, b] = [valuesAt(view, 0), valuesAt(view, 1)];
    if (a === undefined || b === undefined) return undefined;
    return stretchedPairs(a, b)?.map(([x, y]) => (isExact(x) && isExact(y) ? operation(view, x, y) : undefined));
  };

/** Constants beyond this range are rounded. */
const isExact = (length: Length | undefined): length is Length =>
  length !== undefined && Number.isSafeInteger(length.factor);

/** Applies an operation to pairs of 64-bit integers. A result that may be too large for them is unknown. */
const arithmetic = (operation: (a: Length, b: Length) => Length | undefined): Compute => {
  const compute = paired((view, a, b) => limited(view, operation(a, b), 2 ** 63, isFree(a) && isFree(b)));
  return (view) => (view.inputs.every(isWideState) ? compute(view) : undefined);
};

const isWideState = (state: RowState | undefined): boolean =>
  (state?.kind === 'constant' || state?.kind === 'size') && state.wide === true;

function stretchedPairs(
  a: Lengths,
  b: Lengths,
): readonly (readonly [Length | undefined, Length | undefined])[] | undefined {
  const length = Math.max(a.length, b.length);
  if (![1, length].includes(a.length) || ![1, length].includes(b.length)) return undefined;
  return Array.from({ length }, (_, at) => [a[a.length === 1 ? 0 : at], b[b.length === 1 ? 0 : at]] as const);
}

/** Returns a result below a limit, or an unknown integer if it does not depend on the number of items. */
function limited(view: NodeView, result: Length | undefined, limit: number, isFreeResult: boolean): Length | undefined {
  if (result !== undefined && isBelow(result, limit)) return result;
  return isFreeResult ? view.unknowns.integer() : undefined;
}

const negative = (length: Length): Length => ({ ...length, factor: -length.factor });

/** Returns 1 or 0 for equal and different lengths. Undefined if that depends on their unknown values. */
function equality(a: Length, b: Length): Length | undefined {
  if (isSame(a, b)) return fixed(1);
  const [x, y] = [numberOf(a), numberOf(b)];
  const apart =
    (x !== undefined && y !== undefined) ||
    (x !== undefined && x < 0 && isNatural(b)) ||
    (y !== undefined && y < 0 && isNatural(a));
  return apart ? fixed(0) : undefined;
}

const where: Compute = (view) => {
  const [which, yes, no] = [valuesAt(view, 0), valuesAt(view, 1), valuesAt(view, 2)];
  if (which === undefined || yes === undefined || no === undefined) return undefined;
  const length = Math.max(which.length, yes.length, no.length);
  if (![which, yes, no].every((list) => list.length === 1 || list.length === length)) return undefined;
  const at = (list: Lengths, index: number): Length | undefined => list[list.length === 1 ? 0 : index];
  return Array.from({ length }, (_, index) => {
    const choice = numberOf(at(which, index));
    return choice === undefined ? undefined : at(choice === 0 ? no : yes, index);
  });
};

const shape: Compute = (view) => {
  const end = attributeOf(view.node, 'end')?.i;
  return dimsAt(view, 0)?.slice(intOf(view.node, 'start', 0), end === undefined ? undefined : Number(end));
};

const size: Compute = (view) => {
  const dims = dimsAt(view, 0);
  return dims === undefined ? undefined : [multiplied(...dims)];
};

const gather: Compute = (view) => {
  const [from, at] = [valuesAt(view, 0), numbersAt(view, 1)];
  return from === undefined ? undefined : at?.map((index) => from[fromFront(index, from.length)]);
};

const concat: Compute = (view) => {
  const parts = view.inputs.map((_, index) => valuesAt(view, index));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
};

const slice: Compute = (view) => {
  const from = valuesAt(view, 0);
  const start = (intsOf(view.node, 'starts') ?? numbersAt(view, 1))?.[0];
  const end = (intsOf(view.node, 'ends') ?? numbersAt(view, 2))?.[0];
  const step = view.inputs[4] === undefined ? 1 : numbersAt(view, 4)?.[0];
  if (start === undefined || end === undefined || step !== 1) return undefined;
  return from?.slice(start, end);
};

/** Converts to integers of 64 or 32 bits. Others are not computed with: fractions and rounding would have to be followed. */
const cast: Compute = (view) => {
  const to = intOf(view.node, 'to', 0);
  if (to === onnxTypes.int64) return first(view);
  return to === onnxTypes.int32 ? first(view)?.map((value) => limited(view, value, 2 ** 31, isFree(value))) : undefined;
};

const constantOfShape: Compute = (view) => {
  const [count] = numbersAt(view, 0) ?? [];
  const value = attributeOf(view.node, 'value')?.t;
  const integer = value === undefined || elementsOf(value.dims) !== 1 ? undefined : integersOf(value)?.[0];
  if (
    count === undefined ||
    integer === undefined ||
    numbersAt(view, 0)?.length !== 1 ||
    count > maxLength ||
    count < 0
  )
    return undefined;
  return Array.from({ length: count }, () => fixed(integer));
};

const computations: ReadonlyMap<string, Compute> = new Map<string, Compute>([
  ['Shape', shape],
  ['Size', size],
  ...['Identity', 'Squeeze', 'Unsqueeze', 'Reshape'].map((type) => [type, first] as const),
  ['Cast', cast],
  ['Gather', gather],
  ['Concat', concat],
  ['Slice', slice],
  ['Add', arithmetic(added)],
  ['Sub', arithmetic((a, b) => added(a, negative(b)))],
  ['Mul', arithmetic((a, b) => multiplied(a, b))],
  ['Div', arithmetic(divided)],
  ['Equal', paired((_, a, b) => equality(a, b))],
  ['Where', where],
  ['ConstantOfShape', constantOfShape],
]);

/** Returns the elements of the node's first output; a scalar is a list of one. Undefined if they are unknown. */
export function computedValues(view: NodeView): Lengths | undefined {
  const values = ['', 'ai.onnx'].includes(view.node.domain) ? computations.get(view.node.opType)?.(view) : undefined;
  return values !== undefined && values.length <= maxLength ? values : undefined;
}

/** Returns true if the elements of the node's output are 64-bit integers, for nodes whose values are computed. */
export function isWide({ node, inputs }: NodeView): boolean {
  switch (node.opType) {
    case 'Shape':
    case 'Size':
      return true;
    case 'Cast':
      return intOf(node, 'to', 0) === onnxTypes.int64;
    case 'ConstantOfShape':
      return attributeOf(node, 'value')?.t?.dataType === onnxTypes.int64;
    case 'Equal':
      return false;
    case 'Where':
      return isWideState(inputs[1]);
    default:
      return isWideState(inputs[0]);
  }
}
