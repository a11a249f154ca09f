// Pictures of words with known text, and the decoding of a text recogniser's scores.

import { readNpz, toNumbers, type Tensor } from '@pareto/models';
import type { RawTensor } from '@pareto/protocol';

/** A text, as the recogniser's class number for each character. */
export type Reading = readonly number[];

export interface Words {
  readonly count: number;
  readonly labels: readonly Reading[];
  /**
   * Returns the words from `from` up to `to` (exclusive) as FP32 [words, 3, 48, width], the input of PP-OCRv4's
   * recognition.
   */
  input(from: number, to: number): RawTensor;
}

/** Reads a validation set with pictures `x` and classes `label`, padded with 0. */
export async function readWords(path: string): Promise<Words> {
  const arrays = await readNpz(path);
  const [pixels, label] = [arrays.get('x'), arrays.get('label')];
  if (pixels === undefined || label === undefined) throw new Error(`${path} has no arrays x and label`);
  const count = pixels.dims[0] ?? 0;
  const bytes = pixels.data.length / count;
  return {
    count,
    labels: rowsOf(label).map((row) => row.filter((symbol) => symbol !== 0)),
    input: (from, to) => ({
      name: 'x',
      datatype: 'FP32',
      shape: [to - from, ...pixels.dims.slice(1)],
      raw: Buffer.from(pixels.data.subarray(from * bytes, to * bytes)),
    }),
  };
}

function rowsOf(tensor: Tensor): readonly Reading[] {
  const values = Array.from(toNumbers(tensor));
  const [rows = 0, perRow = 0] = tensor.dims;
  return Array.from({ length: rows }, (_, row) => values.slice(row * perRow, (row + 1) * perRow));
}

/** Decodes FP32 scores [words, steps, classes]: the likeliest class of each step, without repeats and 0. */
export function readingsOf({ shape, raw }: RawTensor): readonly Reading[] {
  const [words = 0, steps = 0, classes = 0] = shape;
  const scores = new Float32Array(Uint8Array.from(raw).buffer);
  const best = Array.from({ length: words * steps }, (_, step) => {
    const row = scores.subarray(step * classes, (step + 1) * classes);
    return row.indexOf(row.reduce((max, score) => Math.max(max, score)));
  });
  return Array.from({ length: words }, (_, word) => {
    const path = best.slice(word * steps, (word + 1) * steps);
    return path.filter((symbol, step) => symbol !== 0 && symbol !== path[step - 1]);
  });
}
