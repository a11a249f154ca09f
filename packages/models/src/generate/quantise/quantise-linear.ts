// Defines the steps of 8-bit numbers, and emits the nodes that convert floats to them and back.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxTensor } from '../../onnx/onnx.js';
import { floatTensor, intAttribute, makeNode, makeTensor } from '../../onnx/onnx-parts.js';
import { columnScales, quantiseMatrix } from './quantise-matrix.js';
import type { Parts } from './quantise-parts.js';
import type { Weighted } from './quantise-weighted.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** The 256 values from `min` to `max`, a range that is extended to include zero. Zero is one of the values. */
export interface Steps {
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * Makes steps slightly too small, so that the range ends within them. Otherwise ONNX Runtime would keep a Clip to that
 * range.
 */
const shrinkage = 1 - 2 ** -22;

export function stepsOf([min, max]: readonly [number, number]): Steps {
  const [low, high] = [Math.min(0, min), Math.max(0, max)];
  const scale = Math.fround(((high - low) / 255) * shrinkage);
  // Any scale fits a tensor of zeros.
  return scale < 2 ** -126 ? { scale: 1, zeroPoint: 0 } : { scale, zeroPoint: Math.round(-low / scale) };
}

export interface Rounding {
  readonly from: string;
  readonly to: string;
  /** Name of the range. Roundings of the same range have the same steps. */
  readonly range: string;
  readonly steps: Steps;
  /** Factor from `from` to `to`, apart from rounding and clipping. */
  readonly factor: number;
}

/** Emits nodes that convert the floats `from` to 8-bit numbers, and these to the floats `to`. */
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

/** Adds a constant in 8 bits. Returns its name after conversion to floats. */
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

/** Maximum bias in steps of input times weight, for 32 bits. A channel with a larger bias gets larger steps. */
const maxBias = 2 ** 30;

/** Adds weights in 8 bits and a bias, if any, in 32 bits. Returns their names after conversion to floats. */
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

/** Adds zero points of 0, without which ONNX Runtime does not fuse a Gemm. */
const zeroPoints = (dataType: number, zeros: Int8Array | Int32Array, parts: Parts): string =>
  parts.once(`${zeros.length} zeros of ${dataType}`, () =>
    parts.add('zero_points', (name) => makeTensor(name, dataType, [zeros.length], zeros)),
  );
