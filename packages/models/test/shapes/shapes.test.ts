import assert from 'node:assert/strict';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import {
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeValue,
} from '../../src/onnx/onnx-parts.js';
import { inferShapes } from '../../src/shapes/infer-shapes.js';
import { makeModel } from '../support/make-model.js';

type Dims = readonly (number | string)[];

interface Case {
  readonly dims?: Dims;
  readonly attribute?: readonly OnnxAttribute[];
  readonly constants?: readonly OnnxTensor[];
  readonly opset?: number;
}

/** Returns the shapes of a node's outputs. Its first input is `x`, the others are the constants. */
function outputsOf(
  op: string,
  { dims = [2, 3, 8, 8], attribute = [], constants = [], opset = 13 }: Case,
  outputs = ['y'],
) {
  const node = makeNode(op, ['x', ...constants.map(({ name }) => name)], outputs, { attribute });
  return shapesOf([node], constants, dims, opset, outputs);
}

function shapesOf(
  node: readonly OnnxNode[],
  initializer: readonly OnnxTensor[],
  dims: Dims,
  opset = 13,
  wanted = ['y'],
) {
  const input = [makeValue('x', onnxTypes.float, dims)];
  const { shapes } = inferShapes(makeModel({ node, initializer, input, output: [], opset }));
  return wanted.map((name) => shapes.get(name));
}

const zeros = (name: string, ...dims: number[]) =>
  floatTensor(name, dims, new Float32Array(dims.reduce((a, b) => a * b, 1)));
const ints = (name: string, ...values: number[]) => int64Tensor(name, values);
const is = (name: string, ...values: number[]) => intsAttribute(name, values);
const i = intAttribute;

const cases: readonly [string, string, Case, readonly (number | undefined)[] | undefined][] = [
  [
    'Conv with padding and stride',
    'Conv',
    { attribute: [is('pads', 1, 1, 1, 1), is('strides', 2, 2)], constants: [zeros('w', 5, 3, 3, 3)] },
    [2, 5, 4, 4],
  ],
  [
    'Conv of an unknown batch and width',
    'Conv',
    { dims: ['n', 3, 8, 'w'], constants: [zeros('w', 5, 3, 3, 3)] },
    [undefined, 5, 6, undefined],
  ],
  [
    'ConvTranspose',
    'ConvTranspose',
    { attribute: [is('strides', 2, 2)], constants: [zeros('w', 3, 4, 2, 2)] },
    [2, 4, 16, 16],
  ],
  [
    'MaxPool with rounding up',
    'MaxPool',
    { dims: [1, 3, 7, 7], attribute: [is('kernel_shape', 2, 2), is('strides', 2, 2), i('ceil_mode', 1)] },
    [1, 3, 4, 4],
  ],
  ['GlobalAveragePool', 'GlobalAveragePool', {}, [2, 3, 1, 1]],
  [
    'Resize',
    'Resize',
    { constants: [floatTensor('roi', [0], []), floatTensor('s', [4], [1, 1, 2, 0.5])] },
    [2, 3, 16, 4],
  ],
  ['Gemm', 'Gemm', { dims: ['n', 7], attribute: [i('transB', 1)], constants: [zeros('w', 5, 7)] }, [undefined, 5]],
  ['MatMul with broadcasting', 'MatMul', { dims: [4, 1, 3, 7], constants: [zeros('w', 6, 7, 5)] }, [4, 6, 3, 5]],
  ['Add with broadcasting', 'Add', { dims: ['n', 1, 4], constants: [zeros('b', 3, 1)] }, [undefined, 3, 4]],
  ['Reshape with 0 and -1', 'Reshape', { constants: [ints('s', 0, -1)] }, [2, 192]],
  ['Reshape of an unknown dimension', 'Reshape', { dims: ['n', 4], constants: [ints('s', -1, 2)] }, [undefined, 2]],
  ['Flatten', 'Flatten', { attribute: [i('axis', -2)] }, [6, 64]],
  ['Transpose', 'Transpose', { attribute: [is('perm', 0, 2, 3, 1)] }, [2, 8, 8, 3]],
  ['Concat', 'Concat', { attribute: [i('axis', 1)], constants: [zeros('c', 2, 5, 8, 8)] }, [2, 8, 8, 8]],
  ['Squeeze by attribute', 'Squeeze', { dims: [1, 3, 1], opset: 11, attribute: [is('axes', 0)] }, [3, 1]],
  ['Squeeze by input', 'Squeeze', { dims: [1, 3, 1], constants: [ints('a', -1)] }, [1, 3]],
  ['Unsqueeze', 'Unsqueeze', { dims: [3], constants: [ints('a', 0, 2)] }, [1, 3, 1]],
  ['Slice from the end', 'Slice', { constants: [ints('b', -3), ints('e', 2 ** 40), ints('a', 2)] }, [2, 3, 3, 8]],
  [
    'Slice backwards',
    'Slice',
    { constants: [ints('b', -1), ints('e', -(2 ** 40)), ints('a', 3), ints('s', -2)] },
    [2, 3, 8, 4],
  ],
  ['Gather', 'Gather', { attribute: [i('axis', 1)], constants: [ints('g', 0, 2)] }, [2, 2, 8, 8]],
  ['Pad', 'Pad', { dims: [2, 3], constants: [ints('p', 0, 1, 2, 3)] }, [4, 7]],
  ['ReduceMean', 'ReduceMean', { attribute: [is('axes', 2, -1), i('keepdims', 0)] }, [2, 3]],
  ['ArgMax', 'ArgMax', { attribute: [i('axis', -1)] }, [2, 3, 8, 1]],
  ['TopK', 'TopK', { dims: [2, 9], constants: [ints('k', 4)] }, [2, 4]],
  ['Expand', 'Expand', { dims: [3, 1], constants: [ints('s', 2, 1, 4)] }, [2, 3, 4]],
  ['Tile', 'Tile', { dims: [3, 'n'], constants: [ints('r', 2, 1)] }, [6, undefined]],
  ['DepthToSpace', 'DepthToSpace', { dims: [1, 8, 2, 2], attribute: [i('blocksize', 2)] }, [1, 2, 4, 4]],
  ['no output of an unknown operator', 'NonZero', {}, undefined],
];

describe('inferShapes', () => {
  for (const [what, op, given, expected] of cases) {
    it(`infers ${what}`, () => assert.deepEqual(outputsOf(op, given), [expected]));
  }

  it('infers the parts of a Split, equal or not', () => {
    const attribute = [i('axis', 1)];
    assert.deepEqual(outputsOf('Split', { dims: ['n', 6], attribute }, ['a', 'b']), [
      [undefined, 3],
      [undefined, 3],
    ]);
    const constants = [ints('s', 1, 5)];
    assert.deepEqual(outputsOf('Split', { dims: ['n', 6], attribute, constants }, ['a', 'b']), [
      [undefined, 1],
      [undefined, 5],
    ]);
  });

  it('infers the outputs of an LSTM', () => {
    const constants = [zeros('w', 2, 20, 7), zeros('r', 2, 20, 5)];
    const attribute = [{ ...i('direction', 0), type: 3, s: Buffer.from('bidirectional') }];
    const shapes = outputsOf('LSTM', { dims: [9, 'n', 7], constants, attribute }, ['y', 'h', 'c']);
    assert.deepEqual(shapes, [
      [9, 2, undefined, 5],
      [2, undefined, 5],
      [2, undefined, 5],
    ]);
  });

  it('evaluates shapes that the graph computes', () => {
    const node = [
      makeNode('Shape', ['x'], ['shape']),
      makeNode('Gather', ['shape', 'last'], ['width']),
      makeNode('Mul', ['width', 'two'], ['double']),
      makeNode('Unsqueeze', ['double', 'zero'], ['listed']),
      makeNode('Concat', ['rest', 'listed'], ['target'], { attribute: [i('axis', 0)] }),
      makeNode('Reshape', ['x', 'target'], ['y']),
    ];
    const initializer = [int64Tensor('last', [-1], []), int64Tensor('two', [2], []), ints('zero', 0), ints('rest', -1)];
    assert.deepEqual(shapesOf(node, initializer, [4, 6]), [[2, 12]]);
    assert.deepEqual(shapesOf(node, initializer, ['n', 6]), [[undefined, 12]]);
  });
});
