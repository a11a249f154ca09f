// Reads rows of an unpacked validation set.

import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelSpread } from '../metrics/quality-metric.js';
import type { Tensor } from '../tensors/npy.js';
import { openPlain } from './open-plain.js';
import type { UnpackedArray, UnpackedSet } from './reader-protocol.js';

export interface SampleSet extends AsyncDisposable {
  readonly samples: number;
  /** Number of the samples for calibration, which are the first ones. The others are for evaluation. */
  readonly calibrationSamples: number;
  /** See `ValidationSet`. */
  readonly spread?: LabelSpread;
  /** Maximum number of samples to read at a time. */
  readonly maxRows: number;
  /** Reads rows of every input, by name. */
  readInputs(rows: readonly number[]): Promise<ReadonlyMap<string, Tensor>>;
  readLabels(rows: readonly number[]): Promise<Tensor>;
}

/** Limit of the rows that are read at a time, and so of one sample. */
export const maxReadBytes: number = 256 * 2 ** 20;

/** Opens the files of a set in the folder. */
export async function openSampleSet(folder: string, { arrays, ...set }: UnpackedSet): Promise<SampleSet> {
  const stored: StoredArray[] = [];
  const close = async (): Promise<void> => {
    for (const { data, index } of stored) await Promise.all([data.close(), index?.close()]);
  };
  try {
    for (const [position, form] of arrays.entries()) {
      const path = join(folder, `${position}`);
      const data = await openPlain(path);
      stored.push({ ...form, data });
      if (form.datatype === 'BYTES') stored.splice(-1, 1, { ...form, data, index: await openPlain(`${path}.index`) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [labels, inputs] = [stored.at(-1), stored.slice(0, -1)];
  const sampleBytes = inputs.reduce((total, { maxRowBytes }) => total + maxRowBytes, 0);
  return {
    ...set,
    maxRows: Math.max(1, Math.floor(maxReadBytes / Math.max(1, sampleBytes))),
    readInputs: async (rows) =>
      new Map(await Promise.all(inputs.map(async (input) => [input.name, await readRows(input, rows)] as const))),
    readLabels: (rows) => {
      if (labels === undefined) throw new RangeError('the set has no labels');
      return readRows(labels, rows);
    },
    [Symbol.asyncDispose]: close,
  };
}

interface StoredArray extends UnpackedArray {
  readonly data: FileHandle;
  /** The offset of each row of text, as 64-bit floats. */
  readonly index?: FileHandle;
}

async function readRows(array: StoredArray, rows: readonly number[]): Promise<Tensor> {
  const { datatype, dims, data } = array;
  const parts: Buffer[] = [];
  for (const [from, to] of runsOf(rows)) {
    const [start, end] = [await offsetOf(array, from), await offsetOf(array, to)];
    parts.push(await readExactly(data, start, end - start));
  }
  const [only, ...more] = parts;
  return {
    datatype,
    dims: [rows.length, ...dims.slice(1)],
    data: only !== undefined && more.length === 0 ? only : Buffer.concat(parts),
  };
}

/** Returns ranges of consecutive rows, from a row up to but not including another. */
function runsOf(rows: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const runs: [number, number][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[1] === row) last[1] = row + 1;
    else runs.push([row, row + 1]);
  }
  return runs;
}

const offsetOf = async (array: StoredArray, row: number): Promise<number> =>
  array.index === undefined ? row * array.maxRowBytes : (await readExactly(array.index, 8 * row, 8)).readDoubleLE();

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const content = Buffer.alloc(length);
  const { bytesRead } = await file.read(content, 0, length, position);
  if (bytesRead === length) return content;
  throw new RangeError(`a file of the validation set has ${position + bytesRead} bytes, expected ${position + length}`);
}
