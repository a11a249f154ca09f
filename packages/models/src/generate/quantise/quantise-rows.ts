// Quantises the rows of a matrix in each run, each with a scale of its own.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph } from '../../onnx/onnx.js';
import { isOp } from '../../onnx/onnx-graph.js';
import {
  floatAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeTensor,
  tensorAttribute,
} from '../../onnx/onnx-parts.js';
import type { Parts } from './quantise-parts.js';

/** Domain of ONNX Runtime's own operators. */
export const runtimeDomain = 'com.microsoft';

export interface QuantisedRows {
  /** Unsigned 8-bit integers. */
  readonly values: string;
  /** Scale of each row, as a column. */
  readonly scales: string;
  /** The integer that stands for zero. Undefined if that is 0. */
  readonly zeroPoint: string | undefined;
}

interface Rows {
  /** Name of a matrix of floats. */
  readonly rows: string;
  /** No element is negative, so that all 8 bits are for the value. */
  readonly isPositive: boolean;
  readonly opset: number;
}

/** First opset in which ReduceMax has its axes as an input. */
const axesAsInput = 18;

/**
 * Emits the quantisation of each row by its largest absolute value. A row with a NaN or an infinity gets a scale that is
 * NaN: its sum, times zero, is added, because ReduceMax may ignore NaN. A row of zeros gets the scale 0, and any integers.
 */
export function quantiseRows({ rows, isPositive, opset }: Rows, parts: Parts): QuantisedRows {
  const axis = parts.once('axis', () => parts.add('axis', (name) => int64Tensor(name, [1])));
  const zero = parts.once('zero', () => parts.add('zero', (name) => floatTensor(name, [1, 1], [0])));
  const sizes = isPositive ? rows : parts.compute('Abs', [rows], `${rows}_sizes`);
  const sums = parts.compute('ReduceSum', [sizes, axis], `${rows}_sums`);
  const largest =
    opset < axesAsInput
      ? parts.compute('ReduceMax', [sizes], `${rows}_largest`, { attribute: [intsAttribute('axes', [1])] })
      : parts.compute('ReduceMax', [sizes, axis], `${rows}_largest`);
  const scales = parts.compute('Gemm', [sums, zero, largest], `${rows}_scales`, {
    attribute: [floatAttribute('beta', 1 / (isPositive ? 255 : 127))],
  });
  const list = parts.compute('Squeeze', [scales, axis], `${rows}_scale_list`);
  const zeroPoints = isPositive ? [] : [repeat(list, parts)];
  const values = parts.compute('QuantizeLinear', [rows, list, ...zeroPoints], `${rows}_quantised`, {
    attribute: [intAttribute('axis', 0)],
  });
  return { values, scales, zeroPoint: isPositive ? undefined : middle(parts) };
}

/** The integer that stands for zero if there are negative elements. */
const middleOf8Bits = (name: string, dims: readonly number[]) =>
  makeTensor(name, onnxTypes.uint8, dims, Uint8Array.of(128));

const middle = (parts: Parts): string =>
  parts.once('middle', () => parts.add('middle', (name) => middleOf8Bits(name, [])));

/** Emits a list with the integer for zero of each row. */
function repeat(list: string, parts: Parts): string {
  const shape = parts.compute('Shape', [list], `${list}_shape`);
  return parts.compute('ConstantOfShape', [shape], `${list}_zeros`, {
    attribute: [tensorAttribute('value', middleOf8Bits('', [1]))],
  });
}

/** Emits a stack of matrices as one matrix of `width` columns. Returns its name. */
export function asRows(input: string, width: number, parts: Parts): string {
  const shape = parts.add(`${input}_rows_shape`, (name) => int64Tensor(name, [-1, width]));
  return parts.compute('Reshape', [input, shape], `${input}_rows`);
}

interface Result {
  readonly result: string;
  /** Name of the stack of matrices whose rows the result has. */
  readonly like: string;
  /** Number of columns of the result. */
  readonly width: number;
}

/** Emits the rows of a result as a stack of matrices. */
export function fromRows({ result, like, width }: Result, output: string, parts: Parts): void {
  const shape = parts.once(`shape ${like} ${width}`, () => {
    const integers = (hint: string, value: number): string =>
      parts.once(hint, () => parts.add(hint, (name) => int64Tensor(name, [value])));
    const whole = parts.compute('Shape', [like], `${like}_shape`);
    const stack = parts.compute('Slice', [whole, integers('first', 0), integers('last', -1)], `${like}_stack`);
    const columns = integers(`columns_${width}`, width);
    return parts.compute('Concat', [stack, columns], `${output}_shape`, { attribute: [intAttribute('axis', 0)] });
  });
  parts.emit(makeNode('Reshape', [result, shape], [output]));
}

const positiveOperators = ['Abs', 'HardSigmoid', 'Relu', 'Sigmoid', 'Softmax'];
/** Operators that only select, move or average elements of their first input. */
const carrying = [
  ...['AveragePool', 'Dropout', 'Flatten', 'Gather', 'GlobalAveragePool', 'GlobalMaxPool', 'Identity', 'MaxPool'],
  ...['ReduceMean', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze'],
];

/** Returns the tensors of which no element is negative because of the operators that compute them. */
export function notNegative({ node }: OnnxGraph): ReadonlySet<string> {
  const names = new Set<string>();
  for (const each of node) {
    const [first = ''] = each.input;
    const is = isOp(each, ...positiveOperators) || (isOp(each, ...carrying) && names.has(first));
    if (is) names.add(each.output[0] ?? '');
  }
  return names;
}
