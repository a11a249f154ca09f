// Quantises the rows of a matrix in each run, each with a scale of its own.

import type { OnnxGraph } from '../../onnx/onnx.js';
import { isOp } from '../../onnx/onnx-graph.js';
import {
  floatAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
} from '../../onnx/onnx-parts.js';
import type { Parts } from './quantise-parts.js';

export interface QuantisedRows {
  /** Unsigned 8-bit integers. */
  readonly values: string;
  /** Scale of each row, as a column. */
  readonly scales: string;
  /** The element of each row that 0 stands for, as a column. Undefined if that is 0. */
  readonly offsets: string | undefined;
}

interface Rows {
  /** Name of a matrix of floats. */
  readonly rows: string;
  /** No element is negative, so that no offsets are needed. */
  readonly isPositive: boolean;
  readonly opset: number;
}

/** First opset in which ReduceMax and ReduceMin have their axes as an input. */
const axesAsInput = 18;

/**
 * Emits the quantisation of each row from its least to its largest element. A row with a NaN or an infinity gets a scale
 * that is NaN: its sum, times zero, is added, because ReduceMax may ignore NaN. A row of equal elements gets the scale 0,
 * and any integers.
 */
export function quantiseRows({ rows, isPositive, opset }: Rows, parts: Parts): QuantisedRows {
  const axis = parts.once('axis', () => parts.add('axis', (name) => int64Tensor(name, [1])));
  const zero = parts.once('zero', () => parts.add('zero', (name) => floatTensor(name, [1, 1], [0])));
  const reduce = (opType: string, of: string, hint: string): string =>
    opset < axesAsInput
      ? parts.compute(opType, [of], hint, { attribute: [intsAttribute('axes', [1])] })
      : parts.compute(opType, [of, axis], hint);
  const offsets = isPositive ? undefined : reduce('ReduceMin', rows, `${rows}_least`);
  const above = offsets === undefined ? rows : parts.compute('Sub', [rows, offsets], `${rows}_above`);
  const sums = parts.compute('ReduceSum', [above, axis], `${rows}_sums`);
  const largest = reduce('ReduceMax', above, `${rows}_largest`);
  const attribute = [floatAttribute('beta', 1 / 255)];
  const scales = parts.compute('Gemm', [sums, zero, largest], `${rows}_scales`, { attribute });
  const list = parts.compute('Squeeze', [scales, axis], `${rows}_scale_list`);
  const values = parts.compute('QuantizeLinear', [above, list], `${rows}_quantised`, {
    attribute: [intAttribute('axis', 0)],
  });
  return { values, scales, offsets };
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
