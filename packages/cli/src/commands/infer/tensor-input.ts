// Reads inputs from array files: `name=@file.npz#12`, `name=@file.npy`.

import { readFile, stat } from 'node:fs/promises';
import { ParetoError, type DataType } from '@pareto/core';
import { parseNpy, readNpz, readNpzRows, sliceRows, type Tensor } from '@pareto/models';

interface InputSpec {
  readonly name: string;
  readonly path: string;
  /** First and last row, both included. Undefined for the whole array. */
  readonly rows: readonly [number, number] | undefined;
}

/** A tensor in the form of `pareto.v1`. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: number[];
  readonly contents: Buffer;
}

const pattern = /^([^=]+)=@(.+?)(?:#(\d+)(?:-(\d+))?)?$/;

export function parseInput(text: string): InputSpec {
  const [, name, path, first, last] = pattern.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    throw new ParetoError(
      'invalid-argument',
      `input ${JSON.stringify(text)} can't be parsed: expected name=@file.npy or name=@file.npz, with #row or #first-last to select rows`,
    );
  }
  const rows = first === undefined ? undefined : ([Number(first), Number(last ?? first)] as const);
  return { name, path, rows };
}

/** Reads an input. Throws `invalid-argument` if the file, the array or the rows do not exist. */
export async function readInput(text: string): Promise<InputTensor> {
  const spec = parseInput(text);
  const array = await readArray(spec);
  return takeRows(spec.name, array, spec.rows);
}

/** Reads the array of an input: of an archive, which may be large, only until the last of the wanted rows. */
async function readArray({ name, path, rows }: InputSpec): Promise<Tensor> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new ParetoError('invalid-argument', `input ${name}: there is no file ${path}`);
  if (!path.endsWith('.npz')) return parseNpy(name, await readFile(path));
  const [first, last] = rows ?? [0, Infinity];
  const array = await readNpzRows(path, name, first > last ? Infinity : last + 1);
  if (array !== undefined) return array;
  const names = [...(await readNpz(path)).keys()].join(', ');
  throw new ParetoError('invalid-argument', `input ${name}: ${path} has no array of that name, only ${names}`);
}

/** Returns rows `first` to `last` of an array, both included, or the whole array. */
export function takeRows(name: string, array: Tensor, rows: readonly [number, number] | undefined): InputTensor {
  const [count = 0] = array.dims;
  const [first, last] = rows ?? [0, count - 1];
  if (rows !== undefined && (first > last || last >= count)) {
    throw new ParetoError(
      'invalid-argument',
      `input ${name}: rows ${first}-${last} are out of range: the array has ${count} rows`,
    );
  }
  const { datatype, dims, data } = rows === undefined ? array : sliceRows(array, first, last + 1);
  return { name, datatype, shape: [...dims], contents: Buffer.from(data) };
}
