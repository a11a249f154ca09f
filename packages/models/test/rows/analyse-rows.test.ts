import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fixedBatchModel, greedyModel, matrixModel, rootModel } from '@pareto/testkit';
import { decodeOnnx } from '../../src/onnx/onnx-codec.js';
import {
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeTensor,
  makeValue,
  stringAttribute,
  tensorAttribute,
} from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxFunction, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import { analyseRows } from '../../src/rows/analyse-rows.js';
import { makeModel } from '../support/make-model.js';

type Dims = readonly (number | string)[];
type Nodes = readonly OnnxNode[];

const zeros = (name: string, ...dims: number[]) =>
  floatTensor(name, dims, new Float32Array(dims.reduce((a, b) => a * b, 1)));
const ints = (name: string, ...values: number[]) => int64Tensor(name, values);
const scalar = (name: string, value: number) => int64Tensor(name, [value], []);
const i = intAttribute;
const is = (name: string, ...values: number[]) => intsAttribute(name, values);
const text = stringAttribute;

/** Constants of all graphs. `w4x5` has the shape [4, 5]. */
const constants: readonly OnnxTensor[] = [
  ...[zeros('scalar'), zeros('b1', 1), zeros('b4', 4), zeros('b3', 3), zeros('b5', 5)],
  ...[
    zeros('c4x1', 4, 1),
    zeros('c1x4', 1, 4),
    zeros('c1x3', 1, 3),
    zeros('c3x4', 3, 4),
    zeros('w4x5', 4, 5),
    zeros('w5x4', 5, 4),
  ],
  ...[zeros('table', 9, 6), zeros('kernel', 5, 3, 3, 3), zeros('kernel1', 5, 1, 3)],
  ...[zeros('lw', 1, 16, 4), zeros('lr', 1, 16, 4), zeros('h1', 1, 1, 4)],
  ...[
    ints('i0', 0),
    ints('i1', 1),
    ints('i-1', -1),
    ints('i0,1', 0, 1),
    ints('i1,2', 1, 2),
    ints('i2', 2),
    ints('i4', 4),
  ],
  ...[scalar('s0', 0), scalar('s1', 1), scalar('s2', 2), ints('none')],
  ...[ints('-1,4', -1, 4), ints('-1,12', -1, 12), ints('0,-1', 0, -1), ints('4,-1', 4, -1), ints('1,-1', 1, -1)],
  ...[ints('-1,3,4', -1, 3, 4), ints('big', 2 ** 40), ints('0,1,0,1', 0, 1, 0, 1), ints('1,0,0,0', 1, 0, 0, 0)],
  ...[ints('2,1', 2, 1), ints('1,2', 1, 2), ints('1,4', 1, 4), ints('0,4', 0, 4)],
  floatTensor('x1,1,2,2', [4], [1, 1, 2, 2]),
  floatTensor('x2,1,2,2', [4], [2, 1, 2, 2]),
  makeTensor('u0', onnxTypes.uint8, [], new Uint8Array(1)),
  makeTensor('w8', onnxTypes.int8, [4, 5], new Uint8Array(20)),
  makeTensor('yes', onnxTypes.bool, [], Uint8Array.of(1)),
  ...[
    ints('i3', 3),
    ints('i8', 8),
    ints('i1,1', 1, 1),
    ints('1,0', 1, 0),
    ints('i2^16', 2 ** 16),
    ints('i2^30', 2 ** 30),
  ],
  ...[ints('rounded', 19_173_962), ints('2^53', 2 ** 53), int64Tensor('2^53+1', [2n ** 53n + 1n])],
];

const node = (op: string, input: string, output = 'y', ...attribute: OnnxAttribute[]): OnnxNode =>
  makeNode(op, input === '' ? [] : input.split(' ').map((name) => (name === '_' ? '' : name)), output.split(' '), {
    attribute,
  });
const other = (domain: string, op: string, input: string, ...attribute: OnnxAttribute[]): OnnxNode => ({
  ...node(op, input, 'y', ...attribute),
  domain,
});
const ms = 'com.microsoft';
const ml = 'ai.onnx.ml';

interface Given {
  /** Shapes of the inputs `x` and, if there is one, `z`. */
  readonly x?: Dims;
  readonly z?: Dims;
  readonly opset?: number;
  /** Functions with the inputs `a` and `c`, the attribute `ax` and the output `b`. */
  readonly functions?: readonly FunctionOf[];
}

interface FunctionOf {
  readonly domain: string;
  readonly name: string;
  readonly nodes: Nodes;
}

function modelOf(nodes: Nodes, { x = ['n', 4], z, opset = 17, functions = [] }: Given): OnnxModel {
  const model = makeModel({
    node: nodes,
    initializer: constants,
    input: [makeValue('x', onnxTypes.float, x), ...(z === undefined ? [] : [makeValue('z', onnxTypes.float, z)])],
    output: [makeValue('y', onnxTypes.float, ['n'])],
    opset,
  });
  return { ...model, functions: functions.map((each) => functionOf(each, opset)) };
}

const functionOf = ({ domain, name, nodes }: FunctionOf, version: number): OnnxFunction => ({
  ...{ domain, name, overload: '', docString: '', node: nodes, metadataProps: [], valueInfo: [] },
  ...{ input: ['a', 'c'], output: ['b'], attribute: ['ax'], attributeProto: [] },
  opsetImport: [{ domain: '', version }],
});

/** The number of items `n` in the batch `x`, as a list of one. */
const count: Nodes = [node('Shape', 'x', 's'), node('Gather', 's i0', 'n')];
const cast = (input: string, output: string, to: number): OnnxNode => node('Cast', input, output, i('to', to));
/** Reshapes `x` to rows of the count `k`, combines the elements of each, and restores the shape. */
const combinedBy = (k: string): Nodes => [
  ...[node('Concat', `${k} i-1`, 'd', i('axis', 0)), node('Reshape', 'x d', 'r')],
  ...[node('Softmax', 'r', 'q', i('axis', 1)), node('Reshape', 'q s')],
];
const branch = (name: string, nodes: Nodes): OnnxAttribute => ({ ...i(name, 0), g: graphOf(nodes, 'r') });
/** Returns a product of `from` and seven times `by`, and its quotient by the latter. Both are wrong if the product is too large. */
const timesAndBack = (from: string, by: string): Nodes => {
  const powers = Array.from({ length: 6 }, (_, at) => node('Mul', `${at === 0 ? by : `p${at}`} ${by}`, `p${at + 1}`));
  return [...powers, node('Mul', `${from} p6`, 'p'), node('Div', 'p p6', 'k')];
};

type Case = readonly [what: string, nodes: OnnxNode | Nodes, given?: Given];
const image: Given = { x: ['n', 3, 8, 8] };
const steps: Given = { x: ['n', 't', 4] };

const apart: readonly Case[] = [
  ['elementwise operators', [node('Relu', 'x', 'a'), node('Clip', 'a scalar scalar')]],
  ['a constant vector that is added', node('Add', 'x b4')],
  ['two inputs that are added', node('Add', 'x z'), { z: ['n', 1] }],
  ['the larger of both inputs', node('Max', 'x z c1x4'), { z: ['n', 4] }],
  ['selected elements', [node('Greater', 'x scalar', 'c'), node('Where', 'c x b4')]],
  ['dropout without training', node('Dropout', 'x')],
  ['batch normalisation', node('BatchNormalization', 'x b3 b3 b3 b3'), image],
  ['layer normalisation', node('LayerNormalization', 'x b4 b4'), steps],
  ['instance normalisation', node('InstanceNormalization', 'x b3 b3'), image],
  ['a normalised mean and variance by item', node('MeanVarianceNormalization', 'x', 'y', is('axes', 1, 2, 3)), image],
  ['softmax', node('Softmax', 'x')],
  ['softmax from the second axis on', node('Softmax', 'x'), { ...steps, opset: 11 }],
  ['sums along other axes by attribute', node('ReduceSum', 'x', 'y', is('axes', -1)), { opset: 11 }],
  ['sums along other axes by input', node('ReduceSum', 'x i1', 'y', i('keepdims', 0)), steps],
  ['sums along no axis', node('ReduceSum', 'x none', 'y', i('noop_with_empty_axes', 1))],
  ['the mean of each item', node('ReduceMean', 'x', 'y', is('axes', 1, 2)), steps],
  ['the largest index', node('ArgMax', 'x', 'y', i('axis', 1))],
  ['cumulative sums of each item', node('CumSum', 'x s1')],
  ['the largest elements', node('TopK', 'x i2', 'y i')],
  ['a matrix product', node('MatMul', 'x w4x5')],
  [
    'a matrix product from the left',
    [node('Transpose', 'x', 'a'), node('MatMul', 'w5x4 a', 'b'), node('Transpose', 'b')],
  ],
  ['a product with a transposed matrix', node('Gemm', 'x w5x4 b5', 'y', i('transB', 1))],
  ['products of the matrices of an item', node('MatMul', 'x z'), { x: ['n', 2, 3], z: ['n', 3, 5] }],
  ['an equation', node('Einsum', 'x z', 'y', text('equation', 'nij,njk->nik')), { x: ['n', 2, 3], z: ['n', 3, 5] }],
  ['an integer product', [node('QuantizeLinear', 'x scalar u0', 'q'), node('MatMulInteger', 'q w8 u0')]],
  ['a product with 4-bit weights', other(ms, 'MatMulNBits', 'x w4x5', i('K', 4), i('N', 5))],
  ['a convolution', node('Conv', 'x kernel'), image],
  ['pooling', [node('MaxPool', 'x', 'a', is('kernel_shape', 2, 2)), node('GlobalAveragePool', 'a')], image],
  ['the first of a list of operators that ONNX Runtime fuses', other(ms, 'FusedConv', 'x kernel b5'), image],
  ['a transposition and back', [node('Transpose', 'x', 'a'), node('Transpose', 'a')]],
  ['a reshape to [-1, 12]', node('Reshape', 'x -1,12'), { x: ['n', 3, 4] }],
  ['a reshape to [0, -1]', node('Reshape', 'x 0,-1'), steps],
  [
    'a batch of steps that is taken apart again',
    [
      node('Reshape', 'x -1,4', 'a'),
      node('MatMul', 'a w4x5', 'b'),
      node('MatMul', 'b w5x4', 'c'),
      node('Reshape', 'c -1,3,4'),
    ],
    { x: ['n', 3, 4] },
  ],
  [
    'steps before items that are flattened and restored by their shape',
    [
      ...[node('Transpose', 'x', 'a', is('perm', 1, 0, 2)), node('Shape', 'a', 's'), node('Reshape', 'a -1,4', 'b')],
      ...[node('MatMul', 'b w4x5', 'c'), node('MatMul', 'c w5x4', 'd'), node('Reshape', 'd s', 'e')],
      node('Transpose', 'e', 'y', is('perm', 1, 0, 2)),
    ],
    steps,
  ],
  ['flattening', node('Flatten', 'x'), image],
  ['an axis that is added and removed', [node('Unsqueeze', 'x i0', 'a'), node('Squeeze', 'a i0')]],
  ['joined features', node('Concat', 'x z', 'y', i('axis', 1)), { z: ['n', 2] }],
  ['features that are split', [node('Split', 'x', 'a b', i('axis', 1)), node('Mul', 'a b')]],
  ['a slice of features', node('Slice', 'x i1 i2 i1')],
  ['a slice of the whole batch', node('Slice', 'x i0 big i0')],
  ['padded features', node('Pad', 'x 0,1,0,1')],
  ['one feature', node('Gather', 'x s1', 'y', i('axis', 1)), steps],
  ['an embedding', node('Gather', 'table x'), steps],
  ['elements by index', node('GatherElements', 'x z', 'y', i('axis', 1)), { z: ['n', 2] }],
  ['an image of twice the size', node('Resize', 'x _ x1,1,2,2'), image],
  ['a one-hot vector', node('OneHot', 'x i4 i0,1')],
  [
    'a recurrent layer with an initial state of zeros for each item',
    [
      ...[node('Transpose', 'x', 'a', is('perm', 1, 0, 2)), node('Shape', 'x', 's'), node('Gather', 's i0', 'n')],
      ...[node('Concat', 'i1 n i4', 'd', i('axis', 0)), node('ConstantOfShape', 'd', 'h')],
      ...[node('LSTM', 'a lw lr _ _ h h', 'o l', i('hidden_size', 4)), node('Squeeze', 'l i0')],
    ],
    steps,
  ],
  [
    'a class token that is repeated for each item',
    [
      ...[node('Shape', 'x', 's'), node('Gather', 's i0', 'n'), node('Concat', 'n i1 i4', 'd', i('axis', 0))],
      ...[
        node('Shape', 'd', 'r'),
        node('ConstantOfShape', 'r', 'o', tensorAttribute('value', int64Tensor('', [-1]))),
        node('Equal', 'd o', 'e'),
      ],
      ...[node('Where', 'e o d', 'f'), node('Expand', 'c1x4 f', 't'), node('Concat', 't x', 'y', i('axis', 1))],
    ],
    steps,
  ],
  [
    'attention within an item',
    [
      ...[node('Transpose', 'x', 'k', is('perm', 0, 2, 1)), node('MatMul', 'x k', 's'), node('Softmax', 's', 'p')],
      node('MatMul', 'p x'),
    ],
    steps,
  ],
  ['fused attention', other(ms, 'MultiHeadAttention', 'x x x', i('num_heads', 2)), steps],
  [
    'heads that are divided by the shape of the input',
    [
      ...[node('Shape', 'x', 's'), node('Gather', 's s0', 'n'), node('Gather', 's s1', 't')],
      ...[node('Unsqueeze', 'n i0', 'n1'), node('Unsqueeze', 't i0', 't1')],
      ...[node('Concat', 'n1 t1 i2 i-1', 'd', i('axis', 0)), node('Reshape', 'x d')],
    ],
    steps,
  ],
  [
    'quantisation with constant scales',
    [node('QuantizeLinear', 'x scalar u0', 'q'), node('DequantizeLinear', 'q scalar u0')],
  ],
  [
    'quantisation with a scale for each item',
    [
      ...[node('Abs', 'x', 'a'), node('ReduceMax', 'a', 'm', is('axes', -1)), node('Div', 'x m', 'b')],
      ...[
        node('Cast', 'b', 'q', i('to', 2)),
        node('MatMulInteger', 'q w8 u0', 'p'),
        node('Cast', 'p', 'f', i('to', 1)),
      ],
      node('Mul', 'f m'),
    ],
  ],
  ['trees', other(ml, 'TreeEnsembleRegressor', 'x')],
  ['scores of a linear classifier', [{ ...other(ml, 'LinearClassifier', 'x'), output: ['l', 'y'] }]],
  ['constants that a graph computes from random weights', [node('Transpose', 'w5x4', 'w'), node('MatMul', 'x w')]],
  [
    'branches on the number of steps',
    [
      ...[node('Shape', 'x', 's'), node('Gather', 's s1', 't'), node('Equal', 't s1', 'c')],
      {
        ...node('If', 'c'),
        attribute: ['then_branch', 'else_branch'].map((name) => ({
          ...i(name, 0),
          g: graphOf([node('Relu', 'x', 'r')], 'r'),
        })),
      },
    ],
    steps,
  ],
  [
    'a shape in 32-bit integers',
    [
      ...[...count, cast('s', 's32', 6), node('Slice', 's32 i0 i1 i0', 'n32'), cast('i-1', 'm32', 6)],
      ...[node('Concat', 'n32 m32', 'd32', i('axis', 0)), cast('d32', 'd', 7), node('Reshape', 'x d')],
    ],
    steps,
  ],
  [
    'a number of heads that is multiplied and divided',
    [...count, node('Mul', 'n i4', 'm'), node('Div', 'm i4', 'k'), ...combinedBy('k')],
  ],
  [
    'a function whose branches use its attribute',
    { ...other('own', 'Foo', 'x yes', i('ax', 1)), output: ['y'] },
    { functions: [softmaxInBranches()] },
  ],
];

const mixes: readonly (readonly [...Case, RegExp])[] = [
  [
    'softmax over the batch',
    { ...node('Softmax', 'x', 'y', i('axis', 0)), name: 'attn/Softmax' },
    {},
    /^Softmax "attn\/Softmax" runs over the batch$/,
  ],
  ['softmax from the first axis on', node('Softmax', 'x', 'y', i('axis', 0)), { opset: 11 }, /Softmax "y" runs over/],
  ['cumulative sums over the batch', node('CumSum', 'x s0'), {}, /CumSum/],
  [
    'a mean that is subtracted',
    [node('ReduceMean', 'x', 'm', is('axes', 0)), node('Sub', 'x m')],
    {},
    /ReduceMean "m" runs/,
  ],
  ['a maximum of everything', [node('ReduceMax', 'x', 'm', i('keepdims', 0)), node('Div', 'x m')], {}, /ReduceMax/],
  ['sorting over the batch', node('TopK', 'x i2', 'y i', i('axis', 0)), {}, /TopK/],
  ['the default axes of a mean and variance', node('MeanVarianceNormalization', 'x'), image, /MeanVariance/],
  [
    'training',
    node('BatchNormalization', 'x b3 b3 b3 b3', 'y', i('training_mode', 1)),
    image,
    /statistics of the batch/,
  ],
  [
    'training before opset 14',
    node('BatchNormalization', 'x b3 b3 b3 b3', 'y m v'),
    { ...image, opset: 9 },
    /statistics/,
  ],
  [
    'one scale for the whole batch',
    [node('DynamicQuantizeLinear', 'x', 'q s z'), node('DequantizeLinear', 'q s z')],
    {},
    /DynamicQuantizeLinear "q" computes one scale for the whole batch/,
  ],
  ['a fused product with one scale', other(ms, 'DynamicQuantizeMatMul', 'x w8 b5'), {}, /one scale/],
  [
    'attention over the batch',
    [node('Transpose', 'x', 'k'), node('MatMul', 'x k', 's'), node('MatMul', 's x')],
    {},
    /MatMul "s" combines each item with every other one/,
  ],
  [
    'a Gram matrix of features',
    [node('Transpose', 'x', 't'), node('MatMul', 't x', 'g'), node('MatMul', 'x g')],
    {},
    /MatMul "g" sums over the batch/,
  ],
  [
    'distances of all pairs',
    [
      node('Unsqueeze', 'x i1', 'a'),
      node('Unsqueeze', 'x i0', 'b'),
      node('Sub', 'a b', 'c'),
      node('ReduceMax', 'c', 'y', is('axes', 1)),
    ],
    {},
    /Sub "c" combines each item with every other/,
  ],
  [
    'an equation over the batch',
    node('Einsum', 'x', 'y', text('equation', 'ni->i')),
    {},
    /Einsum "y" sums over the batch/,
  ],
  [
    'the first item for all',
    [node('Gather', 'x i0', 'f'), node('Add', 'x f')],
    {},
    /Gather "f" picks items by their position/,
  ],
  ['a reversed batch', node('Slice', 'x i-1 big i0 i-1'), {}, /Slice "y" picks/],
  [
    'the batch as a sequence',
    [
      node('Unsqueeze', 'x i1', 'a'),
      node('LSTM', 'a lw lr _ _ h1 h1', 'b', i('hidden_size', 4)),
      node('Squeeze', 'b i1,2'),
    ],
    {},
    /LSTM "b" reads the batch as a sequence/,
  ],
  [
    'one row of features for a classifier',
    other(ml, 'Scaler', 'x'),
    { x: ['n'] },
    /reads the batch as the features of one item/,
  ],
  [
    'steps and items in one axis',
    [node('Reshape', 'x 1,-1', 'a'), node('Softmax', 'a', 'b'), node('Reshape', 'b -1,4')],
    {},
    /Softmax "b"/,
  ],
  [
    'one scale for a batch that is reshaped by its shape',
    [
      ...[node('DynamicQuantizeLinear', 'x', 'q s z'), node('DequantizeLinear', 'q s z', 'd'), node('Shape', 'd', 'e')],
      node('Reshape', 'd e'),
    ],
    {},
    /DynamicQuantizeLinear "q"/,
  ],
  [
    'one branch of several',
    [
      ...[node('Greater', 's2 s1', 'c')],
      {
        ...node('If', 'c'),
        attribute: [
          branch('then_branch', [node('Softmax', 'x', 'r', i('axis', 0))]),
          branch('else_branch', [node('NonZero', 'x', 'r')]),
        ],
      },
    ],
    {},
    /Softmax "r" runs over the batch/,
  ],
  [
    'a function whose branches use its attribute',
    { ...other('own', 'Foo', 'x yes', i('ax', 0)), output: ['y'] },
    { functions: [softmaxInBranches()] },
    /Softmax "r" runs over the batch/,
  ],
];

const unknown: readonly (readonly [...Case, RegExp])[] = [
  [
    'an operator without a rule',
    node('NonZero', 'x'),
    {},
    /^NonZero "y" is not known to keep the items of a batch apart$/,
  ],
  ['an operator of another domain with a known name', other(ms, 'Relu', 'x'), {}, /Relu "y" is not known/],
  [
    'the number of items as a factor',
    [node('Shape', 'x', 's'), node('Gather', 's s0', 'n'), node('Cast', 'n', 'f', i('to', 1)), node('Div', 'x f')],
    {},
    /Div "y" computes with the number of items/,
  ],
  [
    'positions in the batch',
    [
      node('Shape', 'x', 's'),
      node('Gather', 's s0', 'n'),
      node('Range', 's0 n s1', 'r'),
      node('Cast', 'r', 'f', i('to', 1)),
      node('Unsqueeze', 'f i1', 'u'),
      node('Add', 'x u'),
    ],
    {},
    /Add "y" computes with the number/,
  ],
  ['random noise', [node('RandomNormalLike', 'x', 'r'), node('Add', 'x r')], {}, /RandomNormalLike "r" is random/],
  ['a constant as long as the batch', node('Add', 'x c3x4'), {}, /constant as long as the batch/],
  [
    'a constant that may be as long as the batch',
    [node('Slice', 'c3x4 i0 t i0', 'c'), node('Add', 'x c')].toSpliced(
      0,
      0,
      node('Shape', 'z', 's'),
      node('Gather', 's i1', 't'),
    ),
    { z: ['n', 't'] },
    /constant as long/,
  ],
  [
    'a reshape to fewer elements, which ONNX Runtime may run nevertheless',
    [...count, node('Concat', 'n i2', 'd', i('axis', 0)), node('Reshape', 'x d')],
    {},
    /Reshape "y" changes the number of elements/,
  ],
  ['a reshape that mixes items and features', node('Reshape', 'x 4,-1'), {}, /can not be followed/],
  ['indices of pooling', node('MaxPool', 'x', 'a y', is('kernel_shape', 2, 2)), image, /output 1 of MaxPool "a"/],
  [
    'a shape that depends on the input',
    [
      node('ReduceMax', 'x', 'm', i('keepdims', 0)),
      node('Cast', 'm', 'c', i('to', 7)),
      node('Reshape', 'c i1', 's'),
      node('ConstantOfShape', 's', 'f'),
      node('ReduceSum', 'f', 'g', i('keepdims', 0)),
      node('Add', 'x g'),
    ],
    {},
    /shape that depends on/,
  ],
  ['a padded batch', node('Pad', 'x 1,0,0,0'), {}, /pads the batch/],
  ['a resized batch', node('Resize', 'x _ x2,1,2,2'), image, /may resize the batch/],
  [
    'an output of another shape',
    node('Transpose', 'x'),
    {},
    /output "y" does not have the batch as its first dimension/,
  ],
  ['an output without items', node('Relu', 'b4'), {}, /output "y" does not have/],
  ['an output that no node computes', node('Relu', 'x', 'q'), {}, /no node computes "y"/],
  ['an input without a batch', node('Add', 'x z'), { z: [] }, /input "z" has no dimension for the batch/],
  ['dropout that trains', node('Dropout', 'x scalar yes'), {}, /Dropout "y" may drop random elements/],
  [
    'initial states of another batch',
    node('LSTM', 'x lw lr _ _ h1', 'a y', i('hidden_size', 4), i('layout', 1)),
    steps,
    /states that are not those of the items/,
  ],
  ['an older operator set', node('Relu', 'x'), { opset: 6 }, /opset 6 is not analysed/],
  ['no operator set', node('Relu', 'x'), { opset: 0 }, /opset 0 is not analysed/],
  [
    'a length that the number of items chooses',
    [
      ...[...count, node('Equal', 'n i3', 'e'), node('Where', 'e i8 i4', 'h')],
      ...[node('Concat', 'n i1 h i1', 'd', i('axis', 0)), node('Resize', 'x _ _ d')],
    ],
    { x: ['n', 1, 4, 1] },
    /Resize "y" has a shape that depends on the number of items/,
  ],
  [
    'a length that is computed from the number of items in an unknown way',
    [...count, node('Mod', 'n i3', 'm'), node('Add', 'm i1', 'h'), node('Resize', 'x _ _ h', 'y', is('axes', 2))],
    { x: ['n', 1, 4, 1], opset: 18 },
    /Resize "y" has a shape that depends on the number of items/,
  ],
  [
    'scales that depend on the number of items',
    [...count, cast('n', 'h', 1), node('Resize', 'x _ h', 'y', is('axes', 2))],
    { x: ['n', 1, 4, 1], opset: 18 },
    /Resize "y" has a parameter that depends/,
  ],
  ...(['MatMul', 'Gemm'] as const).map((op): readonly [...Case, RegExp] => [
    `the number of items as a factor of ${op}`,
    [...count, cast('n', 'f', 1), node('Reshape', 'f i1,1', 'm'), node(op, 'x m')],
    { x: ['n', 1] },
    new RegExp(`${op} "y" computes with the number of items`),
  ]),
  [
    'the number of items as an operand of an equation',
    [...count, cast('n', 'f', 1), node('Einsum', 'x f', 'y', text('equation', 'ni,j->ni'))],
    {},
    /Einsum "y" computes with the number of items/,
  ],
  [
    'a fraction of the number of items',
    [
      ...[...count, cast('n', 'f', 1), cast('i1', 'a', 1), cast('i2', 'b', 1), node('Div', 'a b', 'h')],
      ...[node('Mul', 'f h', 'q'), cast('q', 'k', 7), ...combinedBy('k')],
    ],
    {},
    /Reshape "r"/,
  ],
  ...([6, 1] as const).map((type): readonly [...Case, RegExp] => [
    `a product of type ${type} that is divided again`,
    [
      ...[...count, cast('n', 'a', type), cast(type === 6 ? 'i2^30' : 'rounded', 'b', type)],
      ...[node('Mul', 'a b', 'p'), node('Div', 'p b', 'q'), cast('q', 'k', 7), ...combinedBy('k')],
    ],
    {},
    /Reshape "r"/,
  ]),
  [
    'a product of 64 bits that may be too large',
    [...count, node('Gather', 's i1', 't'), ...timesAndBack('n', 't'), ...combinedBy('k')],
    { x: ['n', 't'] },
    /Reshape "r"/,
  ],
  [
    'a product that is too large for its next type',
    [
      ...count,
      node('Mul', 'n i2^30', 'p'),
      cast('p', 'q', 6),
      cast('q', 'w', 7),
      node('Div', 'w i2^30', 'k'),
      ...combinedBy('k'),
    ],
    {},
    /Reshape "r"/,
  ],
  ...(
    [
      [
        'a constant of 32 bits that is too large',
        [cast('i2^16', 'a', 6), node('Mul', 'a a', 'p'), cast('i0', 'b', 6)],
        'p b',
        ['then_branch', 'else_branch'],
      ],
      ['integers beyond those that are exact', [], '2^53 2^53+1', ['else_branch', 'then_branch']],
    ] as const
  ).map(([what, nodes, operands, [bad, good]]): readonly [...Case, RegExp] => [
    `a branch that is chosen by ${what}`,
    [
      ...[...nodes, node('Equal', operands, 'e'), node('Squeeze', 'e', 'c')],
      {
        ...node('If', 'c'),
        attribute: [branch(bad, [node('NonZero', 'x', 'r')]), branch(good, [node('Relu', 'x', 'r')])],
      },
    ],
    {},
    /NonZero "r"/,
  ]),
  ...['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'].map((domain): readonly [...Case, RegExp] => [
    `a function in the domain ${JSON.stringify(domain)}`,
    other(domain, 'Softmax', 'x', i('axis', 0)),
    { functions: [{ domain, name: 'Softmax', nodes: [node('Relu', 'a', 'b')] }] },
    /Softmax "y" is a function with the domain of built-in operators/,
  ]),
  [
    'a constant that a sum along no axis leaves as long as it is',
    [node('ReduceSum', 'c3x4', 'c', i('noop_with_empty_axes', 1)), node('Add', 'x c')],
    {},
    /constant as long as the batch/,
  ],
  [
    'a constant product with an unusual flag',
    [node('Gemm', 'c1x3 c1x4', 'c', i('transA', 2)), node('Add', 'x c')],
    {},
    /constant as long as the batch/,
  ],
  [
    'a constant that is padded along axes in another order',
    [node('Pad', 'c1x4 0,1,0,1 _ 1,0', 'c'), node('Add', 'x c')],
    { x: ['n', 1], opset: 18 },
    /constant as long as the batch/,
  ],
  [
    'loops',
    { ...node('Loop', 's2 yes x'), attribute: [{ ...i('body', 0), g: graphOf([node('Relu', 'x', 'r')], 'r') }] },
    {},
    /Loop "y" is not analysed/,
  ],
];

function softmaxInBranches(): FunctionOf {
  const softmax = node('Softmax', 'a', 'r', { ...i('axis', 0), refAttrName: 'ax' });
  const branches = ['then_branch', 'else_branch'].map((name) => branch(name, [softmax]));
  return { domain: 'own', name: 'Foo', nodes: [{ ...node('If', 'c', 'b'), attribute: branches }] };
}

function graphOf(nodes: Nodes, output: string): OnnxModel['graph'] {
  const { graph } = makeModel({ node: nodes, input: [], output: [makeValue(output, onnxTypes.float)] });
  return graph;
}

const list = (nodes: OnnxNode | Nodes): Nodes => ('opType' in nodes ? [nodes] : nodes);

describe('analyseRows proves that rows stay apart with', () => {
  for (const [what, nodes, given = {}] of apart) {
    it(what, () => assert.deepEqual(analyseRows(modelOf(list(nodes), given)), { kind: 'apart' }));
  }

  for (const name of ['mlp-tiny', 'mlp-large', 'cnn-small', 'cnn-medium', 'cnn-large']) {
    it(`the example ${name}`, async () =>
      assert.deepEqual(analyseRows(await example(`digits/models/${name}`)), { kind: 'apart' }));
  }
  it('the example shapes', async () =>
    assert.deepEqual(analyseRows(await example('shapes/shapes')), { kind: 'apart' }));
  it('models of the test kit', () => {
    for (const model of [matrixModel(4), rootModel(), fixedBatchModel(2)])
      assert.deepEqual(analyseRows(decodeOnnx(model)), { kind: 'apart' });
  });
});

const example = async (path: string): Promise<OnnxModel> =>
  decodeOnnx(await readFile(fileURLToPath(new URL(`../../../../examples/${path}.onnx`, import.meta.url))));

describe('analyseRows finds that rows mix by', () => {
  for (const [what, nodes, given, reason] of mixes) {
    it(what, () => {
      const analysis = analyseRows(modelOf(list(nodes), given ?? {}));
      assert.equal(analysis.kind, 'mixes', JSON.stringify(analysis));
      assert.match('reason' in analysis ? analysis.reason : '', reason);
    });
  }
  it('a softmax over the batch of the test kit, and a maximum of all items', () => {
    for (const model of [fixedBatchModel(2, true), greedyModel(10)])
      assert.equal(analyseRows(decodeOnnx(model)).kind, 'mixes');
  });
});

describe('analyseRows does not know about', () => {
  for (const [what, nodes, given, reason] of unknown) {
    it(what, () => {
      const analysis = analyseRows(modelOf(list(nodes), given ?? {}));
      assert.equal(analysis.kind, 'unknown', JSON.stringify(analysis));
      assert.match('reason' in analysis ? analysis.reason : '', reason);
    });
  }

  it('graphs that take too long: many calls of a large function', () => {
    const body = Array.from({ length: 4_000 }, (_, at) => node('Relu', at === 0 ? 'a' : `h${at - 1}`, `h${at}`));
    const loop = { ...node('Loop', '_ _ a', 'b'), attribute: [branch('body', [...body, node('Relu', 'h3999', 'r')])] };
    const calls = Array.from({ length: 4_000 }, (_, at) => ({
      ...other('own', 'Foo', 'x'),
      output: [at === 0 ? 'y' : `t${at}`],
    }));
    const started = process.cpuUsage();
    const analysis = analyseRows(
      modelOf(calls.toReversed(), { functions: [{ domain: 'own', name: 'Foo', nodes: [loop] }] }),
    );
    const { user } = process.cpuUsage(started);
    assert.deepEqual(analysis, { kind: 'unknown', reason: 'the graph has too many nodes' });
    assert.ok(user < 3e6, `${user} µs`);
  });
});
