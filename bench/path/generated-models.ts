// Models with random weights, in the sizes that the benchmark needs.

import { createSeededRng, elementCount, type Rng } from '@pareto/core';
import { onnxType, writeModel, type Initializer, type Node } from '@pareto/testkit';

const { float } = onnxType;

/** Creates a chain of matrix products with these widths, with a Relu between them. The batch is dynamic. */
export function createMlp(widths: readonly number[]): Uint8Array {
  const rng = createSeededRng(1);
  const nodes: Node[] = [];
  const initializers: Initializer[] = [];
  const [first = 0, ...others] = widths;
  let from = { name: 'x', width: first };
  for (const [index, width] of others.entries()) {
    const isLast = index === others.length - 1;
    const product = isLast ? 'y' : `product${index}`;
    initializers.push(randomWeights(`w${index}`, [from.width, width], from.width, rng));
    nodes.push({ op: 'MatMul', inputs: [from.name, `w${index}`], outputs: [product] });
    if (!isLast) nodes.push({ op: 'Relu', inputs: [product], outputs: [`positive${index}`] });
    from = { name: `positive${index}`, width };
  }
  return writeModel({
    nodes,
    initializers,
    inputs: [{ name: 'x', type: float, dims: ['batch', first] }],
    outputs: [{ name: 'y', type: float, dims: ['batch', from.width] }],
  });
}

/** A convolution of 3 x 3. */
export interface Layer {
  readonly channels: number;
  readonly stride: number;
}

/** Creates convolutions of a square image, and the mean of each of the last channels. The batch is dynamic. */
export function createCnn(channels: number, side: number, layers: readonly Layer[]): Uint8Array {
  const rng = createSeededRng(1);
  const nodes: Node[] = [];
  const initializers: Initializer[] = [];
  let from = { name: 'x', channels };
  for (const [index, layer] of layers.entries()) {
    const attributes = [
      { name: 'kernel_shape', ints: [3, 3] },
      { name: 'pads', ints: [1, 1, 1, 1] },
      { name: 'strides', ints: [layer.stride, layer.stride] },
    ];
    initializers.push(randomWeights(`w${index}`, [layer.channels, from.channels, 3, 3], 9 * from.channels, rng));
    nodes.push(
      { op: 'Conv', inputs: [from.name, `w${index}`], outputs: [`conv${index}`], attributes },
      { op: 'Relu', inputs: [`conv${index}`], outputs: [`positive${index}`] },
    );
    from = { name: `positive${index}`, channels: layer.channels };
  }
  nodes.push(
    { op: 'GlobalAveragePool', inputs: [from.name], outputs: ['means'] },
    { op: 'Flatten', inputs: ['means'], outputs: ['y'] },
  );
  return writeModel({
    nodes,
    initializers,
    inputs: [{ name: 'x', type: float, dims: ['batch', channels, side, side] }],
    outputs: [{ name: 'y', type: float, dims: ['batch', from.channels] }],
  });
}

/** Returns uniform weights that keep the variance of values through a Relu, so that no numbers become denormal. */
function randomWeights(name: string, dims: readonly number[], inputs: number, rng: Rng): Initializer {
  const bound = Math.sqrt(6 / inputs);
  const values = new Float32Array(elementCount(dims));
  for (let index = 0; index < values.length; index++) values[index] = (2 * rng() - 1) * bound;
  return { name, type: float, dims, raw: new Uint8Array(values.buffer) };
}
