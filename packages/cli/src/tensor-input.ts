// Inputs from files: `name=@file.npz#12`, `name=@file.npy`, rows of arrays as tensors.

import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { readNpy, readNpz, type NpyArray } from '@pareto/models';

interface InputSpec {
  readonly name: string;
  readonly path: string;
  /** First and last row; undefined: the array as it is. */
  readonly rows: readonly [number, number] | undefined;
}

/** A tensor as `pareto.v1` carries it. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: number[];
  readonly contents: Buffer;
}

const pattern = /^([^=]+)=@(.+?)(?:#(\d+)(?:-(\d+))?)?$/;

export function parseInput(text: string): InputSpec {
  const [, name, path, first, last] = pattern.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    throw new ParetoError(
      'invalid-argument',
      `input ${JSON.stringify(text)} can not be read: expected name=@file.npy or name=@file.npz, with #row or #first-last for some of its rows`,
    );
  }
  const rows = first === undefined ? undefined : ([Number(first), Number(last ?? first)] as const);
  return { name, path, rows };
}

/** Throws `invalid-argument` saying what the file holds. */
export async function readInput(text: string): Promise<InputTensor> {
  const spec = parseInput(text);
  const array = await readArray(spec);
  return takeRows(spec.name, array, spec.rows);
}

async function readArray({ name, path }: InputSpec): Promise<NpyArray> {
  const bytes = await readFile(path).catch(() => {
    throw new ParetoError('invalid-argument', `input ${name}: there is no file ${path}`);
  });
  if (!path.endsWith('.npz')) return readNpy(bytes);
  const arrays = await readNpz(bytes);
  const array = arrays.get(name);
  if (array !== undefined) return array;
  throw new ParetoError(
    'invalid-argument',
    `input ${name}: ${path} has no array of that name, it has ${[...arrays.keys()].join(', ')}`,
  );
}

/** Rows `first` to `last` of an array, both included, as a tensor. */
export function takeRows(name: string, array: NpyArray, rows: readonly [number, number] | undefined): InputTensor {
  const { datatype, dims, data } = array;
  const [count = 0, ...rest] = dims;
  const [first, last] = rows ?? [0, count - 1];
  if (rows !== undefined && (first > last || last >= count)) {
    throw new ParetoError('invalid-argument', `input ${name}: rows ${first}-${last} are not among its ${count}`);
  }
  const rowBytes = count === 0 ? 0 : data.length / count;
  const contents = Buffer.from(data.subarray(first * rowBytes, (last + 1) * rowBytes));
  return { name, datatype, shape: rows === undefined ? [...dims] : [last - first + 1, ...rest], contents };
}
