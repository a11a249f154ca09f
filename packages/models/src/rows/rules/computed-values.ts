// Evaluates short lists of integers that a graph computes from shapes and constants, with the number of items unknown.

import { attributeOf, intOf, intsOf } from '../../onnx/onnx-graph.js';
import { integersOf } from '../../onnx/onnx-tensor-values.js';
import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import { fromFront } from '../../shapes/shape.js';
import {
  added,
  divided,
  fixed,
  isFree,
  isNatural,
  isSame,
  multiplied,
  numberOf,
  type Length,
  type Lengths,
} from '../state/length.js';
import { dimsAt, numbersAt, valuesAt, type NodeView } from '../state/node-view.js';

const maxLength = 64;

type Compute = (view: NodeView) => Lengths | undefined;

const first: Compute = (view) => valuesAt(view, 0);

/** Applies an operation to pairs of elements. A list of one is stretched. */
const paired =
  (operation: (view: NodeView, a: Length, b: Length) => Length | undefined): Compute =>
  (view) => {
    const [a, b] = [valuesAt(view, 0), valuesAt(view, 1)];
    if (a === undefined || b === undefined) return undefined;
    return stretchedPairs(a, b)?.map(([x, y]) =>
      x === undefined || y === undefined ? undefined : operation(view, x, y),
    );
  };

function stretchedPairs(
  a: Lengths,
  b: Lengths,
): readonly (readonly [Length | undefined, Length | undefined])[] | undefined {
  const length = Math.max(a.length, b.length);
  if (![1, length].includes(a.length) || ![1, length].includes(b.length)) return undefined;
  return Array.from({ length }, (_, at) => [a[a.length === 1 ? 0 : at], b[b.length === 1 ? 0 : at]] as const);
}

/** Returns an exact result, or an unknown integer if it does not depend on the number of items. */
const orUnknown = (view: NodeView, result: Length | undefined, isFreeResult: boolean): Length | undefined =>
  result ?? (isFreeResult ? view.unknowns.integer() : undefined);

const negative = (length: Length): Length => ({ ...length, factor: -length.factor });

const sum = (view: NodeView, a: Length, b: Length): Length | undefined =>
  orUnknown(view, added(a, b), isFree(a) && isFree(b));

const quotient = (view: NodeView, a: Length, b: Length): Length | undefined =>
  orUnknown(view, divided(a, b), a.items === b.items && b.factor !== 0);

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

/** Types in which lengths are exact. */
const exactTypes: readonly number[] = [onnxTypes.int64, onnxTypes.int32, onnxTypes.float, onnxTypes.double];

const cast: Compute = (view) => (exactTypes.includes(intOf(view.node, 'to', 0)) ? first(view) : undefined);

const constantOfShape: Compute = (view) => {
  const [count] = numbersAt(view, 0) ?? [];
  const value = attributeOf(view.node, 'value')?.t;
  const integer = value === undefined ? undefined : integersOf(value)?.[0];
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
  ['Add', paired(sum)],
  ['Sub', paired((view, a, b) => sum(view, a, negative(b)))],
  ['Mul', paired((view, a, b) => orUnknown(view, multiplied(a, b), isFree(a) && isFree(b)))],
  ['Div', paired(quotient)],
  ['Equal', paired((_, a, b) => equality(a, b))],
  ['Where', where],
  ['ConstantOfShape', constantOfShape],
]);

/** Returns the elements of the node's first output; a scalar is a list of one. Undefined if they are unknown. */
export function computedValues(view: NodeView): Lengths | undefined {
  const values = ['', 'ai.onnx'].includes(view.node.domain) ? computations.get(view.node.opType)?.(view) : undefined;
  return values !== undefined && values.length <= maxLength ? values : undefined;
}
