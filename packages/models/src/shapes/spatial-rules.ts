// Shape rules of operators on images and signals: convolutions, pooling and resizing.

import type { OnnxNode } from '../onnx/onnx.js';
import { intOf, intsOf, stringOf } from '../onnx/onnx-graph.js';
import { elementsOf } from '../onnx/onnx-tensor-data.js';
import { floatsOf } from '../onnx/onnx-tensor-values.js';
import { sizeOf, type Known, type Shape, type ShapeRule } from './shape.js';

/** Maximum number of scales that are read. */
const maxRank = 64;

interface Window {
  readonly kernel: number | undefined;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: number;
}

function windows(node: OnnxNode, kernel: Shape): readonly Window[] {
  const rank = kernel.length;
  const pads = intsOf(node, 'pads') ?? [];
  return kernel.map((size, index) => ({
    kernel: size,
    stride: intsOf(node, 'strides')?.[index] ?? 1,
    dilation: intsOf(node, 'dilations')?.[index] ?? 1,
    pads: (pads[index] ?? 0) + (pads[index + rank] ?? 0),
  }));
}

/** Returns the output sizes of windows that slide over all dimensions but the first two. */
function slide(node: OnnxNode, input: Shape, kernel: Shape): Shape {
  const round = intOf(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  const autoPad = stringOf(node, 'auto_pad', 'NOTSET');
  return windows(node, kernel).map(({ kernel: size, stride, dilation, pads }, index) => {
    const length = input[index + 2];
    if (length === undefined || size === undefined) return undefined;
    if (autoPad.startsWith('SAME')) return Math.ceil(length / stride);
    return round((length + (autoPad === 'VALID' ? 0 : pads) - (dilation * (size - 1) + 1)) / stride) + 1;
  });
}

/**
 * Returns the input index of a convolution's weights, which follow the data and, in QLinearConv, its scale and zero
 * point.
 */
export const weightsAt = (node: OnnxNode): number => (node.opType === 'QLinearConv' ? 3 : 1);

const conv: ShapeRule = (node, known) => {
  const [x, w] = [known.shape(0), known.shape(weightsAt(node))];
  if (x === undefined || w === undefined) return [];
  return [[x[0], w[0], ...slide(node, x, w.slice(2))]];
};

const convTranspose: ShapeRule = (node, known) => {
  const [x, w] = [known.shape(0), known.shape(1)];
  if (x === undefined || w === undefined) return [];
  const channels = w[1] === undefined ? undefined : w[1] * intOf(node, 'group', 1);
  if (intsOf(node, 'output_shape') !== undefined || stringOf(node, 'auto_pad', 'NOTSET').startsWith('SAME')) {
    return [[x[0], channels, ...w.slice(2).map(() => undefined)]];
  }
  const spatial = windows(node, w.slice(2)).map(({ kernel, stride, dilation, pads }, index) => {
    const length = x[index + 2];
    if (length === undefined || kernel === undefined) return undefined;
    const more = intsOf(node, 'output_padding')?.[index] ?? 0;
    return stride * (length - 1) + more + dilation * (kernel - 1) + 1 - pads;
  });
  return [[x[0], channels, ...spatial]];
};

const pool: ShapeRule = (node, known) => {
  const [x, kernel] = [known.shape(0), intsOf(node, 'kernel_shape')];
  if (x === undefined || kernel === undefined) return [];
  const shape = [x[0], x[1], ...slide(node, x, kernel)];
  return node.output.map(() => shape);
};

const globalPool: ShapeRule = (_, known) => {
  const x = known.shape(0);
  return x === undefined ? [] : [[x[0], x[1], ...x.slice(2).map(() => 1)]];
};

/** Handles Resize and Upsample. Scales are input 2 (Resize since opset 11) or 1, sizes are input 3. */
const resize: ShapeRule = (node, known) => {
  const x = known.shape(0);
  if (x === undefined) return [];
  const unknown = [x.map(() => undefined)];
  if (intsOf(node, 'axes') !== undefined || stringOf(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch')
    return unknown;
  const sizes = node.opType === 'Resize' ? known.integers(3) : undefined;
  if (sizes?.length === x.length) return [sizes];
  const scales = scalesOf(node, known);
  if (scales?.length !== x.length) return unknown;
  // ONNX Runtime multiplies in floats.
  return [x.map((dim, index) => (dim === undefined ? undefined : Math.floor(Math.fround(dim * (scales[index] ?? 1)))))];
};

function scalesOf(node: OnnxNode, known: Known): ArrayLike<number> | undefined {
  const attribute = node.attribute.find(({ name }) => name === 'scales');
  if (attribute !== undefined) return attribute.floats;
  const tensor = known.constant(node.opType === 'Resize' && known.opset >= 11 ? 2 : 1);
  return tensor === undefined || elementsOf(tensor.dims) > maxRank ? undefined : floatsOf(tensor);
}

const depthToSpace: ShapeRule = (node, known) => {
  const [n, c, h, w] = known.shape(0) ?? [];
  const block = intOf(node, 'blocksize', 1);
  const into = node.opType === 'DepthToSpace';
  const times = (dim: number | undefined, by: number): number | undefined => sizeOf([dim, by]);
  return into
    ? [[n, times(c, 1 / block ** 2), times(h, block), times(w, block)]]
    : [[n, times(c, block ** 2), times(h, 1 / block), times(w, 1 / block)]];
};

export const spatialRules: readonly (readonly [string, ShapeRule])[] = [
  ...['Conv', 'ConvInteger', 'QLinearConv'].map((type) => [type, conv] as const),
  ['ConvTranspose', convTranspose],
  ...['MaxPool', 'AveragePool', 'LpPool'].map((type) => [type, pool] as const),
  ...['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'].map((type) => [type, globalPool] as const),
  ...['Resize', 'Upsample'].map((type) => [type, resize] as const),
  ...['DepthToSpace', 'SpaceToDepth'].map((type) => [type, depthToSpace] as const),
];
