// Generates random models of convolutions, with the operators that occur between them in real models.

import fc from 'fast-check';
import { intAttribute, intsAttribute } from '../../src/onnx/onnx-parts.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import type { TensorBytes } from '@pareto/testkit';
import { createRandomGraph, type RandomGraph } from './random-graph.js';

export interface ConvolutionsModel {
  readonly model: OnnxModel;
  readonly inputs: readonly TensorBytes[];
}

const layers = fc.record({
  kind: fc.constantFrom('convolution', 'depthwise', 'pool', 'residual', 'concat', 'scale'),
  channels: fc.constantFrom<number>(4, 16, 24),
  kernel: fc.constantFrom(1, 3),
  bias: fc.boolean(),
  normalised: fc.boolean(),
  activation: fc.constantFrom('none', 'relu', 'relu6', 'hard-swish', 'swish', 'leaky'),
});
type Layer = typeof layers extends fc.Arbitrary<infer T> ? T : never;

const shapes = fc.record({
  seed: fc.integer(),
  batch: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 6, max: 12 }),
  layers: fc.array(layers, { minLength: 1, maxLength: 5 }),
  end: fc.constantFrom('none', 'product', 'flat product'),
  /** Adds a float operator that uses an intermediate tensor. */
  sharesOutside: fc.boolean(),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

/** Generates models whose first convolution is large enough to be faster in 8 bits. */
export const convolutionsModel = (): fc.Arbitrary<ConvolutionsModel> => shapes.map(build);

interface Tensor {
  readonly name: string;
  readonly channels: number;
  readonly size: number;
}

function build({ seed, batch, size, layers: given, end, sharesOutside }: Shape): ConvolutionsModel {
  const graph = createRandomGraph(seed);
  const input = { name: graph.input('image', [batch, 4, size, size]), channels: 4, size };
  let tensor = convolve(graph, input, { ...first, activation: 'relu' }, 'first');
  const outputs: string[] = [];
  for (const [index, layer] of given.entries()) {
    tensor = addLayer(graph, tensor, layer, `l${index}`);
    if (index === 1 && sharesOutside) outputs.push(graph.node('Softplus', [tensor.name], 'outside'));
  }
  return { model: graph.model(addEnd(graph, tensor, end), ...outputs), inputs: graph.inputs };
}

const first: Layer = {
  kind: 'convolution',
  channels: 16,
  kernel: 3,
  bias: true,
  normalised: false,
  activation: 'none',
};

function addLayer(graph: RandomGraph, tensor: Tensor, layer: Layer, name: string): Tensor {
  const { channels } = tensor;
  switch (layer.kind) {
    case 'convolution':
      return convolve(graph, tensor, layer, name);
    case 'depthwise':
      return convolve(graph, tensor, { ...layer, channels }, name, channels);
    case 'pool':
      return pool(graph, tensor, name);
    case 'residual': {
      const other = convolve(graph, tensor, { ...layer, channels }, `${name}_inner`);
      return { ...tensor, name: graph.node('Add', [tensor.name, other.name], name) };
    }
    case 'concat': {
      const other = convolve(graph, tensor, layer, `${name}_inner`);
      const attribute = [intAttribute('axis', 1)];
      const joined = graph.node('Concat', [tensor.name, other.name], name, { attribute });
      return { ...tensor, name: joined, channels: channels + other.channels };
    }
    case 'scale': {
      const scaled = graph.node('Mul', [tensor.name, constant(graph, `${name}_factor`, 0.7)], `${name}_scaled`);
      return { ...tensor, name: graph.node('Add', [scaled, constant(graph, `${name}_shift`, 0.2)], name) };
    }
  }
}

function convolve(graph: RandomGraph, from: Tensor, layer: Layer, name: string, group = 1): Tensor {
  const { channels, kernel, bias, normalised, activation } = layer;
  const weights = graph.constant(`${name}_w`, [channels, from.channels / group, kernel, kernel]);
  const pad = (kernel - 1) / 2;
  const attribute = [intsAttribute('pads', [pad, pad, pad, pad]), intAttribute('group', group)];
  const biases = bias ? [graph.constant(`${name}_b`, [channels])] : [];
  let output = graph.node('Conv', [from.name, weights, ...biases], `${name}_conv`, { attribute });
  if (normalised) output = normalise(graph, output, channels, name);
  return { name: activate(graph, output, activation, name), channels, size: from.size };
}

function normalise(graph: RandomGraph, from: string, channels: number, name: string): string {
  const part = (which: string): string => graph.constant(`${name}_${which}`, [channels]);
  const variances = graph.numbers(channels).map((value) => 0.5 + Math.abs(value));
  const statistics = [part('mean'), graph.given(`${name}_variance`, [channels], variances)];
  return graph.node('BatchNormalization', [from, part('gamma'), part('beta'), ...statistics], `${name}_norm`);
}

function activate(graph: RandomGraph, from: string, activation: Layer['activation'], name: string): string {
  const clip = (input: string, output: string): string =>
    graph.node('Clip', [input, constant(graph, `${output}_least`, 0), constant(graph, `${output}_most`, 6)], output);
  switch (activation) {
    case 'none':
      return from;
    case 'relu':
      return graph.node('Relu', [from], name);
    case 'leaky':
      return graph.node('LeakyRelu', [from], name);
    case 'relu6':
      return clip(from, name);
    case 'swish':
      return graph.node('Mul', [from, graph.node('Sigmoid', [from], `${name}_sigmoid`)], name);
    case 'hard-swish': {
      const shifted = graph.node('Add', [from, constant(graph, `${name}_three`, 3)], `${name}_shifted`);
      const product = graph.node('Mul', [from, clip(shifted, `${name}_clipped`)], `${name}_product`);
      return graph.node('Div', [product, constant(graph, `${name}_six`, 6)], name);
    }
  }
}

function pool(graph: RandomGraph, tensor: Tensor, name: string): Tensor {
  if (tensor.size < 2) return tensor;
  const attribute = [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])];
  const pooled = graph.node('MaxPool', [tensor.name], `${name}_pool`, { attribute });
  return { ...tensor, name: graph.node('Relu', [pooled], name), size: Math.floor(tensor.size / 2) };
}

function addEnd(graph: RandomGraph, { name, channels, size }: Tensor, end: Shape['end']): string {
  if (end === 'none') return name;
  const averaged = end === 'product' ? graph.node('GlobalAveragePool', [name], 'average') : name;
  const flat = graph.node('Flatten', [averaged], 'flat');
  const rows = end === 'product' ? channels : channels * size * size;
  const attribute = [intAttribute('transB', 1)];
  return graph.node('Gemm', [flat, graph.constant('w', [10, rows]), graph.constant('b', [10])], 'y', { attribute });
}

const constant = (graph: RandomGraph, name: string, value: number): string => graph.given(name, [], [value]);
