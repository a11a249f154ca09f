// Shape rules of operators that compute: elementwise, matrix products, recurrent layers and reductions.

import type { OnnxNode } from '../onnx/onnx.js';
import { intOf, stringOf } from '../onnx/onnx-graph.js';
import { axesOf } from './layout-rules.js';
import { broadcast, fromFront, type Shape, type ShapeRule } from './shape.js';

const same: ShapeRule = (node, known) => node.output.map((_, index) => (index === 0 ? known.shape(0) : undefined));

const stretched: ShapeRule = (node, known) => [broadcast(node.input.map((_, index) => known.shape(index)))];

const expand: ShapeRule = (_, known) => [broadcast([known.shape(0), known.integers(1)])];

const gemm: ShapeRule = (node, known) => {
  const [a, b] = [known.shape(0), known.shape(1)];
  return [[a?.[intOf(node, 'transA', 0) === 0 ? 0 : 1], b?.[intOf(node, 'transB', 0) === 0 ? 1 : 0]]];
};

/**
 * Returns the input index of the second matrix, which follows the first and, in QLinearMatMul, the scale and zero point
 * of the first.
 */
export const matrixAt = (node: OnnxNode): number => (node.opType === 'QLinearMatMul' ? 3 : 1);

const matMul: ShapeRule = (node, known) => {
  const [a, b] = [known.shape(0), known.shape(matrixAt(node))];
  if (a === undefined || b === undefined) return [];
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]) ?? [];
  return [[...batch, ...(a.length > 1 ? [a.at(-2)] : []), ...(b.length > 1 ? [b.at(-1)] : [])]];
};

/** Sets the reduced axes to 1, or removes them without `keepdims`. */
const reduce: ShapeRule = (node, known) => {
  const x = known.shape(0);
  if (x === undefined) return [];
  const arg = node.opType.startsWith('Arg');
  const axes = arg ? [intOf(node, 'axis', 0)] : axesOf(node, known, 1);
  if (axes === undefined && node.input.length > 1) return [];
  const all = intOf(node, 'noop_with_empty_axes', 0) === 1 ? [] : x.map((_, index) => index);
  const gone = new Set((axes === undefined || axes.length === 0 ? all : axes).map((axis) => fromFront(axis, x.length)));
  const keeps = intOf(node, 'keepdims', 1) === 1;
  return [keeps ? x.map((dim, index) => (gone.has(index) ? 1 : dim)) : x.filter((_, index) => !gone.has(index))];
};

const topK: ShapeRule = (node, known) => {
  const x = known.shape(0);
  if (x === undefined) return [];
  const k = known.opset < 10 ? intOf(node, 'k', 1) : known.integers(1)?.[0];
  const axis = fromFront(intOf(node, 'axis', -1), x.length);
  const shape: Shape = x.map((dim, index) => (index === axis ? k : dim));
  return [shape, shape];
};

/** Handles LSTM, GRU and RNN. Their outputs are the states of all steps, the last state and the last cell. */
const recurrent: ShapeRule = (node, known) => {
  const [x, r] = [known.shape(0), known.shape(2)];
  if (x === undefined) return [];
  const directions = stringOf(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
  const hidden = r?.[2];
  if (intOf(node, 'layout', 0) === 1) {
    const last = [x[0], directions, hidden];
    return [[x[0], x[1], directions, hidden], last, last];
  }
  const last = [directions, x[1], hidden];
  return [[x[0], directions, x[1], hidden], last, last];
};

const elementwise = [
  ...['Abs', 'Acos', 'Asin', 'Atan', 'BatchNormalization', 'Cast', 'Ceil', 'Celu', 'Clip', 'Cos', 'CumSum'],
  ...['DequantizeLinear', 'Dropout', 'DynamicQuantizeLinear', 'Elu', 'Erf', 'Exp', 'Floor', 'Gelu', 'HardSigmoid'],
  ...[
    'HardSwish',
    'Hardmax',
    'Identity',
    'InstanceNormalization',
    'IsNaN',
    'LRN',
    'LayerNormalization',
    'LeakyRelu',
    'Log',
  ],
  ...[
    'LogSoftmax',
    'LpNormalization',
    'MeanVarianceNormalization',
    'Mish',
    'Neg',
    'Not',
    'QuantizeLinear',
    'Reciprocal',
  ],
  ...['Relu', 'Round', 'ScatterElements', 'ScatterND', 'Selu', 'Shrink', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softmax'],
  ...['Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh', 'ThresholdedRelu', 'Trilu', 'SimplifiedLayerNormalization'],
];
const stretching = [
  ...[
    'Add',
    'And',
    'BitShift',
    'Div',
    'Equal',
    'Greater',
    'GreaterOrEqual',
    'Less',
    'LessOrEqual',
    'Max',
    'Mean',
    'Min',
  ],
  ...['Mod', 'Mul', 'Or', 'PRelu', 'Pow', 'Sub', 'Sum', 'Where', 'Xor'],
];
const reducing = [
  ...['ArgMax', 'ArgMin', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean'],
  ...['ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare'],
];

export const computeRules: readonly (readonly [string, ShapeRule])[] = [
  ...elementwise.map((type) => [type, same] as const),
  ...stretching.map((type) => [type, stretched] as const),
  ...reducing.map((type) => [type, reduce] as const),
  ...['MatMul', 'MatMulInteger', 'QLinearMatMul'].map((type) => [type, matMul] as const),
  ...['LSTM', 'GRU', 'RNN'].map((type) => [type, recurrent] as const),
  ['Expand', expand],
  ['Gemm', gemm],
  ['TopK', topK],
];
