// Small networks with random weights for tests, with a dynamic or a fixed batch: convolutional, dense, attending and
// recurrent.

import { createSeededRng } from '@pareto/core';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import {
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeValue,
} from '../../src/onnx/onnx-parts.js';
import { makeModel } from './make-model.js';

/** A model from `x` to `y`. */
export interface RandomModel {
  readonly model: OnnxModel;
  /** Dimensions of an item of `x`. */
  readonly dims: readonly number[];
}

interface Parts {
  readonly node: OnnxNode[];
  readonly initializer: OnnxTensor[];
  readonly weight: (name: string, dims: readonly number[], scale?: number) => string;
  readonly ints: (name: string, values: readonly number[]) => string;
}

function partsOf(seed: number): Parts {
  const rng = createSeededRng(seed);
  const initializer: OnnxTensor[] = [];
  const add = (tensor: OnnxTensor): string => (initializer.push(tensor), tensor.name);
  const normal = (): number => rng() + rng() + rng() - 1.5;
  return {
    node: [],
    initializer,
    weight: (name, dims, scale = 1) => {
      const size = dims.reduce((a, b) => a * b, 1);
      return add(
        floatTensor(
          name,
          dims,
          Float32Array.from({ length: size }, () => normal() * scale),
        ),
      );
    },
    ints: (name, values) => add(int64Tensor(name, values)),
  };
}

type Batch = number | 'batch';

const perm = (...values: number[]) => ({ attribute: [intsAttribute('perm', values)] });

/** Returns the batch as exporters write it into a shape: its size, or -1 if it is dynamic. */
const built = (batch: Batch): number => (batch === 'batch' ? -1 : batch);

function finish(
  { node, initializer }: Parts,
  batch: Batch,
  dims: readonly number[],
  output: readonly number[],
): RandomModel {
  const value = (name: string, rest: readonly number[]) => makeValue(name, onnxTypes.float, [batch, ...rest]);
  return { model: makeModel({ node, initializer, input: [value('x', dims)], output: [value('y', output)] }), dims };
}

/** Returns a network of convolution, normalisation, pooling, a residual connection and a final matrix. */
export function convolutional(seed: number, batch: Batch, { channels = 8, classes = 5 } = {}): RandomModel {
  const parts = partsOf(seed);
  const { node, weight, ints } = parts;
  const pads = { attribute: [intsAttribute('pads', [1, 1, 1, 1])] };
  const positive = floatTensor(
    'variance',
    [channels],
    Float32Array.from({ length: channels }, (_, i) => 0.5 + i / channels),
  );
  parts.initializer.push(positive);
  node.push(
    makeNode('Conv', ['x', weight('w1', [channels, 3, 3, 3], 0.5), weight('b1', [channels])], ['c1'], pads),
    makeNode(
      'BatchNormalization',
      ['c1', ...['scale', 'shift', 'mean'].map((name) => weight(name, [channels])), 'variance'],
      ['n1'],
    ),
    makeNode('Relu', ['n1'], ['r1']),
    makeNode('Conv', ['r1', weight('w2', [channels, channels, 3, 3], 0.3)], ['c2'], pads),
    makeNode('Add', ['r1', 'c2'], ['sum']),
    makeNode('MaxPool', ['sum'], ['p'], {
      attribute: [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])],
    }),
    makeNode('Reshape', ['p', ints('flat', [built(batch), channels * 16])], ['f']),
    makeNode('MatMul', ['f', weight('w3', [channels * 16, classes], 0.2)], ['y']),
  );
  return finish(parts, batch, [3, 8, 8], [classes]);
}

/** Returns dense layers with activations between them. */
export function dense(seed: number, batch: Batch, widths: readonly number[] = [12, 16, 6]): RandomModel {
  const parts = partsOf(seed);
  const { node, weight } = parts;
  for (const [index, width] of widths.slice(1).entries()) {
    const [input, output] = [index === 0 ? 'x' : `h${index}`, index === widths.length - 2 ? 'y' : `h${index + 1}`];
    const before = widths[index] ?? 1;
    const names = [input, weight(`w${index}`, [width, before], 1 / Math.sqrt(before)), weight(`b${index}`, [width])];
    node.push(makeNode('Gemm', names, [`g${index}`], { attribute: [intAttribute('transB', 1)] }));
    node.push(makeNode(index === widths.length - 2 ? 'Softmax' : 'Tanh', [`g${index}`], [output]));
  }
  return finish(parts, batch, [widths[0] ?? 1], [widths.at(-1) ?? 1]);
}

/** Returns two attention heads over a class token and five others, exported with constant shapes. */
export function attending(seed: number, batch: Batch): RandomModel {
  const parts = partsOf(seed);
  const { node, weight, ints } = parts;
  const [length, heads, width] = [5, 2, 4];
  const all = heads * width;
  node.push(makeNode('MatMul', ['x', weight('we', [3, all])], ['e']));
  const tokens = batch === 1 ? length + 1 : length;
  if (batch === 1)
    node.push(makeNode('Concat', [weight('token', [1, 1, all]), 'e'], ['t'], { attribute: [intAttribute('axis', 1)] }));
  else node.push(makeNode('Identity', ['e'], ['t']));
  const split = ints('split', [built(batch), tokens, heads, width]);
  for (const name of ['q', 'k', 'v']) {
    node.push(makeNode('MatMul', ['t', weight(`w${name}`, [all, all], 0.4)], [`${name}0`]));
    node.push(makeNode('Reshape', [`${name}0`, split], [`${name}1`]));
    node.push(makeNode('Transpose', [`${name}1`], [name], name === 'k' ? perm(0, 2, 3, 1) : perm(0, 2, 1, 3)));
  }
  node.push(
    makeNode('MatMul', ['q', 'k'], ['scores']),
    makeNode('Softmax', ['scores'], ['weights'], { attribute: [intAttribute('axis', -1)] }),
    makeNode('MatMul', ['weights', 'v'], ['mixed']),
    makeNode('Transpose', ['mixed'], ['back'], perm(0, 2, 1, 3)),
    makeNode('Reshape', ['back', ints('join', [batch === 'batch' ? -1 : batch * tokens, all])], ['rows']),
    makeNode('MatMul', ['rows', weight('wo', [all, 3])], ['o']),
    makeNode('Reshape', ['o', ints('apart', [built(batch), tokens, 3])], ['parts']),
    makeNode('ReduceMean', ['parts'], ['y'], { attribute: [intsAttribute('axes', [1]), intAttribute('keepdims', 0)] }),
  );
  return finish(parts, batch, [length, 3], [3]);
}

/** Returns an LSTM with the batch as middle dimension, and initial states of zeros if the batch is fixed. */
export function recurrent(seed: number, batch: Batch): RandomModel {
  const parts = partsOf(seed);
  const { node, weight } = parts;
  const [hidden, width] = [4, 3];
  const states = batch === 'batch' ? [] : ['', 'h0', 'h0'];
  if (batch !== 'batch')
    parts.initializer.push(floatTensor('h0', [1, batch, hidden], new Float32Array(batch * hidden)));
  const weights = [
    weight('w', [1, 4 * hidden, width]),
    weight('r', [1, 4 * hidden, hidden], 0.5),
    weight('b', [1, 8 * hidden]),
  ];
  node.push(
    makeNode('Transpose', ['x'], ['t'], perm(1, 0, 2)),
    makeNode('LSTM', ['t', ...weights, ...states], ['', 'last'], { attribute: [intAttribute('hidden_size', hidden)] }),
    makeNode('Squeeze', ['last', parts.ints('first', [0])], ['y']),
  );
  return finish(parts, batch, [6, width], [hidden]);
}
