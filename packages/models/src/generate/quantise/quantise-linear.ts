// The 8-bit numbers of a graph: which number each stands for, and the nodes that turn floats into them and back.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxTensor } from '../../onnx/onnx.js';
import { floatTensor, intAttribute, makeNode, makeTensor } from '../../onnx/onnx-parts.js';
import { columnScales, quantiseMatrix } from './quantise-matrix.js';
import type { Parts } from './quantise-parts.js';
import type { Weighted } from './quantise-weighted.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** 256 steps from `min` to `max`, widened to hold zero, which is one of them. */
export interface Steps {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Nothing in a range is beyond its last step, or ONNX Runtime would keep a Clip to that range: so steps are a trifle too small. */
const trifle = 1 - 2 ** -22;

export function stepsOf([min, max]: readonly [number, number]): Steps {
  const [least, greatest] = [Math.min(0, min), Math.max(0, max)];
  const scale = Math.fround(((greatest - least) / 255) * trifle);
  // Of nothing but zeros, any scale does.
  return scale < 2 ** -126 ? { scale: 1, zeroPoint: 0 } : { scale, zeroPoint: Math.round(-least / scale) };
}

export interface Rounding {
  readonly from: string;
  readonly to: string;
  /** Roundings of the same range have the same steps. */
  readonly range: string;
  readonly steps: Steps;
  /** What `to` is of `from`, but for rounding and cutting off. */
  readonly factor: number;
}

/** Adds nodes that turn the floats `from` into 8-bit numbers, and these into the floats `to`. */
export function emitRounding({ from, to, range, steps, factor }: Rounding, parts: Parts): void {
  const scale = (times: number): string => emitScale(range, steps.scale / times, times, parts);
  const zeroPoint = parts.once(`zero point of ${range}`, () => emitByte(`${range}_zero_point`, steps.zeroPoint, parts));
  const quantised = parts.compute('QuantizeLinear', [from, scale(factor), zeroPoint], `${to}_quantised`);
  parts.emit(makeNode('DequantizeLinear', [quantised, scale(1), zeroPoint], [to]));
}

const emitScale = (range: string, scale: number, times: number, parts: Parts): string =>
  parts.once(`scale of ${range} ${times}`, () => parts.add(`${range}_scale`, (name) => floatTensor(name, [], [scale])));

const emitByte = (hint: string, value: number, parts: Parts): string =>
  parts.add(hint, (name) => makeTensor(name, onnxTypes.uint8, [], Uint8Array.of(value)));

/** Adds a constant in 8 bits; gives the name under which it is floats again. */
export function emitConstant(constant: OnnxTensor, parts: Parts): string {
  const values = floatsOf(constant) ?? new Float32Array();
  const { scale, zeroPoint } = stepsOf([
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
  ]);
  const bytes = Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round(value / scale) + zeroPoint)));
  const names = [
    parts.add(`${constant.name}_uint8`, (name) => makeTensor(name, onnxTypes.uint8, constant.dims, bytes)),
    parts.add(`${constant.name}_scale`, (name) => floatTensor(name, [], [scale])),
    emitByte(`${constant.name}_zero_point`, zeroPoint, parts),
  ];
  return parts.compute('DequantizeLinear', names, `${constant.name}_dequantised`);
}

/** Biases are counted in steps of input times weight, in 32 bits: a channel whose bias takes more gets larger steps. */
const maxBias = 2 ** 30;

/** Adds weights in 8 bits and, if there is one, a bias in 32; gives the names under which they are floats again. */
export function emitWeighted(weighted: Weighted, inputScale: number, hint: string, parts: Parts): readonly string[] {
  const { matrix, key, bias } = weighted;
  const tight = columnScales(matrix);
  const scales = tight.map((scale, channel) => Math.max(scale, Math.abs(bias?.[channel] ?? 0) / inputScale / maxBias));
  const isTight = scales.every((scale, channel) => scale === tight[channel]);
  const weights = parts.once(isTight ? `weights ${key}` : `weights of ${hint}`, () =>
    emitWeights(weighted, scales, parts),
  );
  return bias === undefined
    ? [weights]
    : [
        weights,
        emitBias(
          bias,
          scales.map((scale) => scale * inputScale),
          hint,
          parts,
        ),
      ];
}

function emitWeights({ matrix, key, dims, axis }: Weighted, scales: Float32Array, parts: Parts): string {
  const values = quantiseMatrix(matrix, scales, axis === 0 ? 'column' : 'row');
  const names = [
    parts.add(`${key}_int8`, (name) => makeTensor(name, onnxTypes.int8, dims, values)),
    parts.add(`${key}_scales`, (name) => floatTensor(name, [scales.length], scales)),
    zeroPoints(onnxTypes.int8, new Int8Array(scales.length), parts),
  ];
  const attribute = [intAttribute('axis', axis)];
  return parts.compute('DequantizeLinear', names, `${key}_dequantised`, { attribute });
}

function emitBias(bias: Float32Array, scales: Float32Array, hint: string, parts: Parts): string {
  const values = Int32Array.from(bias, (value, channel) => Math.round(value / (scales[channel] ?? 1)));
  const names = [
    parts.add(`${hint}_bias_int32`, (name) => makeTensor(name, onnxTypes.int32, [bias.length], values)),
    parts.add(`${hint}_bias_scales`, (name) => floatTensor(name, [bias.length], scales)),
    zeroPoints(onnxTypes.int32, new Int32Array(bias.length), parts),
  ];
  return parts.compute('DequantizeLinear', names, `${hint}_bias`, { attribute: [intAttribute('axis', 0)] });
}

/** ONNX Runtime fuses a Gemm only when its zero points are there, zeros or not. */
const zeroPoints = (dataType: number, zeros: Int8Array | Int32Array, parts: Parts): string =>
  parts.once(`${zeros.length} zeros of ${dataType}`, () =>
    parts.add('zero_points', (name) => makeTensor(name, dataType, [zeros.length], zeros)),
  );
