// The table of operators that can keep the rows of a batch apart. Operators that are not in it prove nothing.

import { combines, lost, type RowRule } from '../state/node-view.js';
import {
  along,
  axesFrom,
  axisAttribute,
  axisInput,
  batchFirst,
  batchNorm,
  channelsLast,
  layerNorm,
  matrixAxes,
  oneHot,
  reducedAxes,
  skipLayerNorm,
  softmaxAxes,
  statisticsAxes,
} from './axes.js';
import { attention } from './attention.js';
import { broadcasting, dropout, elementwise, expand, quantise } from './elementwise.js';
import {
  alongIndices,
  concat,
  flatten,
  gather,
  gatherAt,
  pad,
  reshape,
  resize,
  slice,
  split,
  squeeze,
  tile,
  transpose,
  unsqueeze,
} from './layout.js';
import { einsum, gemm, lastAxis, matMul } from './products.js';
import { recurrent } from './recurrent.js';

type Entry = readonly [RowRule, ...(readonly string[])];

/** Handles the first output of pooling. The others are indices that count the elements of the whole batch. */
const pool: RowRule = (view) => batchFirst([0])(view).slice(0, 1);

const mixes: RowRule = (view) => combines(view, 'computes one scale for the whole batch');

/** Handles operators that take a single vector as one item, and rows of features otherwise. */
const features =
  (rule: RowRule): RowRule =>
  (view) => {
    const x = view.inputs[0];
    if (x?.kind !== 'rows' || x.dims.length > 2) return lost(view, 'does not have rows of features');
    return x.dims.length === 1 ? combines(view, 'reads the batch as the features of one item') : rule(view);
  };

/** Operators of ONNX itself. */
const own: readonly Entry[] = [
  [
    elementwise,
    ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'BitwiseNot', 'Cast', 'CastLike', 'Ceil', 'Celu'],
    ...['Clip', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Floor', 'Gelu', 'HardSigmoid', 'HardSwish'],
    ...['Identity', 'IsInf', 'IsNaN', 'LeakyRelu', 'Log', 'Mish', 'Neg', 'Not', 'Reciprocal', 'Relu'],
    ...['RegexFullMatch', 'Round', 'Selu', 'Shrink', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Sqrt'],
    ...['Swish', 'Tan', 'Tanh', 'ThresholdedRelu'],
  ],
  [
    broadcasting(),
    ...['Add', 'And', 'BitShift', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'Div', 'Equal', 'Greater', 'GreaterOrEqual'],
    ...['Less', 'LessOrEqual', 'Max', 'Mean', 'Min', 'Mod', 'Mul', 'Or', 'PRelu', 'Pow', 'StringConcat', 'Sub', 'Sum'],
    ...['Where', 'Xor'],
  ],
  [
    along(reducedAxes, 'reduced'),
    ...[
      'ReduceL1',
      'ReduceL2',
      'ReduceLogSum',
      'ReduceLogSumExp',
      'ReduceMax',
      'ReduceMean',
      'ReduceMin',
      'ReduceProd',
    ],
    ...['ReduceSum', 'ReduceSumSquare'],
  ],
  [along(axisAttribute(0), 'reduced'), 'ArgMax', 'ArgMin'],
  [along(softmaxAxes, 'same'), 'Hardmax', 'LogSoftmax', 'Softmax'],
  [along(axisAttribute(-1), 'same'), 'LpNormalization'],
  [along(axesFrom(-1), 'same'), 'RMSNormalization'],
  [along(statisticsAxes, 'same'), 'MeanVarianceNormalization'],
  [along(axisInput, 'same'), 'CumProd', 'CumSum'],
  [along(axisAttribute(-1), 'sized'), 'TopK'],
  [along(matrixAxes, 'same'), 'Trilu'],
  [layerNorm, 'LayerNormalization', 'SimplifiedLayerNormalization'],
  [batchNorm, 'BatchNormalization'],
  [
    batchFirst([0]),
    ...['Conv', 'ConvInteger', 'ConvTranspose', 'QLinearConv', 'DepthToSpace', 'SpaceToDepth', 'LRN'],
    ...['GroupNormalization', 'InstanceNormalization'],
  ],
  [pool, 'AveragePool', 'GlobalAveragePool', 'GlobalLpPool', 'GlobalMaxPool', 'LpPool', 'MaxPool'],
  [batchFirst([0, 1]), 'GridSample'],
  [batchFirst([0, 2, 4]), 'DeformConv'],
  [matMul(), 'MatMul', 'MatMulInteger'],
  [matMul(0, 3), 'QLinearMatMul'],
  [gemm(), 'Gemm'],
  [einsum, 'Einsum'],
  [recurrent, 'GRU', 'LSTM', 'RNN'],
  [quantise, 'DequantizeLinear', 'QuantizeLinear'],
  [mixes, 'DynamicQuantizeLinear'],
  [features(batchFirst([0])), 'TfIdfVectorizer'],
  [attention([0, 1, 2, 4, 5, 6], 3), 'Attention'],
  [dropout, 'Dropout'],
  [oneHot, 'OneHot'],
  [transpose, 'Transpose'],
  [reshape, 'Reshape'],
  [flatten, 'Flatten'],
  [squeeze, 'Squeeze'],
  [unsqueeze, 'Unsqueeze'],
  [concat(), 'Concat'],
  [split, 'Split'],
  [slice, 'Slice'],
  [pad, 'Pad'],
  [gather, 'Gather'],
  [alongIndices, 'GatherElements', 'ScatterElements'],
  [gatherAt, 'GatherND'],
  [expand, 'Expand'],
  [tile, 'Tile'],
  [resize, 'Resize', 'Upsample'],
];

/** Operators that ONNX Runtime adds, some of which its optimiser makes of others. */
const runtime: readonly Entry[] = [
  [elementwise, 'QLinearLeakyRelu', 'QLinearSigmoid', 'QuickGelu'],
  [quantise, 'DequantizeLinear', 'QuantizeLinear'],
  [broadcasting(), 'BiasGelu', 'FastGelu', 'Gelu'],
  [broadcasting(0, 3), 'QLinearAdd', 'QLinearMul'],
  [concat((index) => index > 1 && index % 3 === 2), 'QLinearConcat'],
  [batchFirst([0]), 'ConvTransposeWithDynamicPads', 'GroupNorm', 'QLinearGlobalAveragePool', 'QLinearAveragePool'],
  [batchFirst([0, 3]), 'FusedConv'],
  [matMul(), 'FusedMatMul', 'FusedMatMulActivation', 'TransposeMatMul', 'MatMulIntegerToFloat'],
  [gemm(), 'FusedGemm'],
  [gemm(0, 3, 6), 'QGemm'],
  [lastAxis('N'), 'MatMulBnb4', 'MatMulFpQ4', 'MatMulNBits'],
  [skipLayerNorm, 'SkipLayerNormalization', 'SkipSimplifiedLayerNormalization'],
  [attention([0, 1, 2, 4, 6, 7], 5), 'MultiHeadAttention'],
  [attention([0, 3], 5), 'Attention'],
  [attention([0, 5], -1), 'QAttention'],
  [attention([0], 1), 'RotaryEmbedding'],
  [mixes, 'DynamicQuantizeLSTM', 'DynamicQuantizeMatMul'],
];

/** Operators of ONNX Runtime on blocks of channels. */
const blocked: readonly Entry[] = [
  [pool, 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'MaxPool', 'ReorderInput', 'ReorderOutput', 'Upsample'],
  [batchFirst([0, 3]), 'Conv'],
];

/** Operators of classical machine learning. */
const classical: readonly Entry[] = [
  [elementwise, 'Binarizer', 'CategoryMapper', 'LabelEncoder'],
  [features(batchFirst([0])), 'Imputer', 'Normalizer', 'Scaler'],
  [features(batchFirst([0], 1, 2)), 'LinearClassifier', 'SVMClassifier', 'TreeEnsembleClassifier'],
  [features(batchFirst([0], 2)), 'LinearRegressor', 'SVMRegressor', 'TreeEnsemble', 'TreeEnsembleRegressor'],
  [along(channelsLast, 'sized'), 'ArrayFeatureExtractor'],
];

const named = (prefix: string, entries: readonly Entry[]): readonly (readonly [string, RowRule])[] =>
  entries.flatMap(([rule, ...types]) => types.map((type) => [`${prefix}${type}`, rule] as const));

/** Rules by operator, with its domain unless it is ONNX's own. */
export const rowRules: ReadonlyMap<string, RowRule> = new Map([
  ...named('', own),
  ...named('com.microsoft:', runtime),
  ...named('com.microsoft.nchwc:', blocked),
  ...named('ai.onnx.ml:', classical),
]);
