// Nodes that scale and shift the channels of what they take: batch normalisation, and Add and Mul of constants.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { floatOf, intOf, isOp } from '../../onnx/onnx-graph.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** Each channel times its scale, plus its shift. */
export interface Affine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export interface Channels {
  /** The name of the tensor that has them, as its second dimension. */
  readonly of: string;
  readonly count: number;
  readonly rank: number;
}

/** What the node does to the channels, if it does nothing else. */
export function affineOf(
  node: OnnxNode,
  channels: Channels,
  constants: ReadonlyMap<string, OnnxTensor>,
): Affine | undefined {
  if (isOp(node, 'BatchNormalization')) return normalisation(node, channels, constants);
  const [first = '', second = ''] = node.input;
  const other = constants.get(first === channels.of ? second : first);
  const values = other && perChannel(other, channels);
  if (values === undefined) return undefined;
  const same = (value: number): Float32Array => new Float32Array(channels.count).fill(value);
  if (isOp(node, 'Add')) return { scale: same(1), shift: values };
  return isOp(node, 'Mul') ? { scale: values, shift: same(0) } : undefined;
}

function normalisation(
  node: OnnxNode,
  channels: Channels,
  constants: ReadonlyMap<string, OnnxTensor>,
): Affine | undefined {
  const [first, ...statistics] = node.input;
  if (first !== channels.of || intOf(node, 'training_mode', 0) !== 0) return undefined;
  const [gamma, beta, mean, variance] = statistics.map((name) => floatsIn(constants.get(name)));
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return undefined;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const scale = gamma.map((value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon));
  return { scale, shift: beta.map((value, channel) => value - (mean[channel] ?? 0) * (scale[channel] ?? 0)) };
}

const floatsIn = (tensor: OnnxTensor | undefined): Float32Array | undefined =>
  tensor?.dataType === onnxTypes.float ? floatsOf(tensor) : undefined;

/** A constant's value for each channel, if it is the same wherever the channel is. */
function perChannel(tensor: OnnxTensor, { count, rank }: Channels): Float32Array | undefined {
  const values = floatsIn(tensor);
  const { dims } = tensor;
  if (values === undefined || dims.length > rank) return undefined;
  const [only = 0] = values;
  if (values.length === 1) return new Float32Array(count).fill(only);
  // Aligned at the last dimension, channels are the second of `rank`.
  const fits = dims.every((dim, index) => dim === (index === dims.length - rank + 1 ? count : 1));
  return fits && values.length === count ? values : undefined;
}
