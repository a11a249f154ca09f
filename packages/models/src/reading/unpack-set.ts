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
export async function unpackSet({ file, signature, metric, folder }: UnpackRequest): Promise<UnpackedSet> {
  const { samples, inputs, labels, spread } = await readValidationSet(file, signature, metric);
  const { calibration, evaluation } = splitValidation({ samples });
  const rows = [...calibration, ...evaluation];
  const setBytes = [...inputs.values(), labels].reduce((total, { data }) => total + data.byteLength, 0);
  if (setBytes / samples > maxReadBytes)
    throw new ParetoError(
      'invalid-argument',
      `the samples of the validation set are too large: each has ${Math.ceil(setBytes / samples)} bytes, at most ${maxReadBytes} are allowed`,
    );
  const arrays = [...inputs, ['label', labels] as const];
  for (const [position, [, array]] of arrays.entries()) await writeRows(join(folder, `${position}`), array, rows);
  return {
    samples,
    calibrationSamples: calibration.length,
    ...(spread !== undefined && { spread }),
    arrays: arrays.map(([name, { datatype, dims }]) => ({ name, datatype, dims })),
  };
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
