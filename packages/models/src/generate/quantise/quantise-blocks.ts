// Quantises a matrix of weights to 4 bits for MatMulNBits: each column in blocks, each with a scale and a zero point.

import { stridesOf, type Matrix } from './quantise-matrix.js';

export interface Blocks {
  readonly block: number;
  /** Number of blocks per column. */
  readonly blocks: number;
  /**
   * Two weights per byte, the first in the lower half, in the order columns, blocks, weights. The last block is padded
   * with zeros.
   */
  readonly values: Uint8Array;
  readonly scales: Float32Array;
  /** Two per byte. Each column starts at a new byte. */
  readonly zeroPoints: Uint8Array;
}

/** Quantises in blocks of `block` weights, an even number. */
export function quantiseBlocks(matrix: Matrix, block: number): Blocks {
  const { rows, columns } = matrix;
  const blocks = Math.ceil(rows / block);
  const result = {
    ...{ block, blocks, values: new Uint8Array((columns * blocks * block) / 2) },
    ...{ scales: new Float32Array(columns * blocks), zeroPoints: new Uint8Array(columns * Math.ceil(blocks / 2)) },
  };
  const weights = new Float32Array(block);
  for (let column = 0; column < columns; column++) {
    for (let index = 0; index < blocks; index++) {
      copyBlock(matrix, column, index * block, weights);
      const steps = stepsOf(weights);
      const at = column * blocks + index;
      result.scales[at] = steps.scale;
      putHalf(result.zeroPoints, column * Math.ceil(blocks / 2) * 2 + index, steps.zeroPoint);
      for (let k = 0; k < block; k++) putHalf(result.values, at * block + k, toSteps(weights[k] ?? 0, steps));
    }
  }
  return result;
}

function copyBlock(matrix: Matrix, column: number, from: number, into: Float32Array): void {
  const strides = stridesOf(matrix);
  for (let k = 0; k < into.length; k++) {
    const row = from + k;
    into[k] = row < matrix.rows ? (matrix.values[row * strides.row + column * strides.column] ?? 0) : 0;
  }
}

interface Steps {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Returns sixteen steps from the smallest to the largest weight. Zero is one of them. */
function stepsOf(weights: Float32Array): Steps {
  let [min, max] = [0, 0];
  for (const weight of weights) {
    min = Math.min(min, weight);
    max = Math.max(max, weight);
  }
  const scale = (max - min) / 15;
  return scale < 2 ** -126 ? { scale: 1, zeroPoint: 8 } : { scale, zeroPoint: Math.round(-min / scale) };
}

const toSteps = (weight: number, { scale, zeroPoint }: Steps): number =>
  Math.max(0, Math.min(15, Math.round(weight / scale) + zeroPoint));

function putHalf(bytes: Uint8Array, index: number, half: number): void {
  const at = index >> 1;
  bytes[at] = (bytes[at] ?? 0) | (index % 2 === 0 ? half : half << 4);
}
