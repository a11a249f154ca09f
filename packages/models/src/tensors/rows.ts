// Slices tensors along their first dimension, into rows.

import { elementBytes, elementCount, ParetoError } from '@pareto/core';
import type { Tensor } from './npy.js';

/** Returns the rows from `from` up to, but not including, `to`. The result shares memory with the tensor. */
export function sliceRows(tensor: Tensor, from: number, to: number): Tensor {
  const { datatype, dims, data } = tensor;
  const border = rowBorders(tensor);
  return { datatype, dims: [to - from, ...dims.slice(1)], data: data.subarray(border(from), border(to)) };
}

/** Copies the rows at `indices`, in that order. Throws `invalid-argument` for an index out of range. */
export function pickRows(tensor: Tensor, indices: readonly number[]): Tensor {
  const { datatype, dims, data } = tensor;
  const border = rowBorders(tensor);
  const rows = indices.map((index) => {
    if (Number.isInteger(index) && index >= 0 && index < (dims[0] ?? 0)) return [border(index), border(index + 1)];
    throw new ParetoError('invalid-argument', `row ${index} is out of range: the tensor has ${dims[0] ?? 0} rows`);
  });
  const picked = new Uint8Array(rows.reduce((total, [start = 0, end = 0]) => total + end - start, 0));
  let offset = 0;
  for (const [start = 0, end = 0] of rows) {
    picked.set(data.subarray(start, end), offset);
    offset += end - start;
  }
  return { datatype, dims: [indices.length, ...dims.slice(1)], data: picked };
}

/** Returns a function from a row, or the number of rows, to the offset of its first byte. */
export function rowBorders({ datatype, dims, data }: Tensor): (row: number) => number {
  const perRow = elementCount(dims.slice(1));
  if (datatype !== 'BYTES') return (row) => row * perRow * elementBytes[datatype];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const borders = [0];
  let end = 0;
  for (let row = 0; row < (dims[0] ?? 0); row++) {
    for (let element = 0; element < perRow; element++) end += 4 + view.getUint32(end, true);
    borders.push(end);
  }
  return (row) => borders[row] ?? end;
}
