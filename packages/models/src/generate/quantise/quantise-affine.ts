// Recognises nodes that scale and shift channels: batch normalisation, and Add and Mul with constants.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { floatOf, intOf, isOp } from '../../onnx/onnx-graph.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** A transformation that multiplies each channel by its scale and adds its shift. */
export interface Affine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export interface Channels {
  /** Name of the tensor, whose second dimension is the channels. */
  readonly of: string;
  readonly count: number;
  readonly rank: number;
}

/** Returns the transformation of the channels. Undefined if the node does anything else. */
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

/** Returns the value of a constant for each channel. Undefined if it varies along other dimensions. */
function perChannel(tensor: OnnxTensor, { count, rank }: Channels): Float32Array | undefined {
  const values = floatsIn(tensor);
  const { dims } = tensor;
  if (values === undefined || dims.length > rank) return undefined;
  const [only = 0] = values;
  if (values.length === 1) return new Float32Array(count).fill(only);
  // Dimensions are aligned at the end, and the channels are the second of `rank`.
  const fits = dims.every((dim, index) => dim === (index === dims.length - rank + 1 ? count : 1));
  return fits && values.length === count ? values : undefined;
}
