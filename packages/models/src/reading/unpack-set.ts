// Writes the arrays of a validation set into files, from which rows can be read without the whole set.

import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { splitValidation } from '../datasets/split-validation.js';
import { readValidationSet } from '../datasets/validation-set.js';
import type { Tensor } from '../tensors/npy.js';
import { pickRows, rowBorders } from '../tensors/rows.js';
import { maxReadBytes } from './sample-set.js';
import type { UnpackedSet, UnpackRequest } from './reader-protocol.js';

/** Rows are copied in blocks of about this size. */
const blockBytes = 4 * 2 ** 20;

/** Throws `invalid-argument` as `readValidationSet` does, and for a sample that is larger than a query can be. */
export async function unpackSet({ file, folder, ...use }: UnpackRequest): Promise<UnpackedSet> {
  const { samples, inputs, labels, spread } = await readValidationSet(file, use);
  const { calibration, evaluation } = splitValidation({ samples });
  const rows = [...calibration, ...evaluation];
  const tensors = [...inputs, ['label', labels] as const];
  const arrays = tensors.map(([name, tensor]) => {
    const { datatype, dims } = tensor;
    return { name, datatype, dims, maxRowBytes: maxRowBytesOf(tensor) };
  });
  const sampleBytes = arrays.reduce((total, { maxRowBytes }) => total + maxRowBytes, 0);
  if (sampleBytes > maxReadBytes)
    throw new ParetoError(
      'invalid-argument',
      `the samples of the validation set are too large: one has ${sampleBytes} bytes, at most ${maxReadBytes} are allowed`,
    );
  for (const [position, [, array]] of tensors.entries()) await writeRows(join(folder, `${position}`), array, rows);
  return { samples, calibrationSamples: calibration.length, ...(spread !== undefined && { spread }), arrays };
}

function maxRowBytesOf(array: Tensor): number {
  const border = rowBorders(array);
  let max = 0;
  for (let row = 0; row < (array.dims[0] ?? 0); row++) max = Math.max(max, border(row + 1) - border(row));
  return max;
}

/** Writes rows in this order and, for text, the offset of each row into another file. */
async function writeRows(path: string, array: Tensor, rows: readonly number[]): Promise<void> {
  if (array.datatype === 'BYTES') {
    const picked = pickRows(array, rows);
    await writeFile(path, picked.data);
    return writeFile(`${path}.index`, Float64Array.from([...rows.keys(), rows.length], rowBorders(picked)));
  }
  const perBlock = Math.max(1, Math.floor((blockBytes * rows.length) / Math.max(1, array.data.byteLength)));
  await using to = await open(path, 'w');
  for (let from = 0; from < rows.length; from += perBlock)
    await to.writeFile(pickRows(array, rows.slice(from, from + perBlock)).data);
}
