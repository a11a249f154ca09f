// Tensors' raw bytes as numbers, for people and for scoring.

import { isDataType } from '@pareto/core';
import { toNumbers } from '@pareto/models';
import type { wire } from '@pareto/rpc';

type Contents = Pick<wire.Tensor, 'datatype' | 'shape' | 'contents'>;

/** Undefined for datatypes that are no plain numbers. */
export function readNumbers({ datatype, shape, contents }: Contents): readonly number[] | undefined {
  if (!isDataType(datatype) || datatype === 'BYTES' || datatype === 'BF16') return undefined;
  return Array.from(toNumbers({ datatype, dims: shape, data: contents }));
}

/** The index of the largest value of each row, a row being the last dimension. */
export function argmaxRows(values: readonly number[], rowLength: number): readonly number[] {
  return Array.from({ length: values.length / rowLength }, (_, row) => {
    const slice = values.slice(row * rowLength, (row + 1) * rowLength);
    return slice.indexOf(Math.max(...slice));
  });
}

const shownValues = 10;
const shownRows = 8;

/** Name, type and shape, then the first rows with where each is largest. */
export function formatTensor(tensor: wire.Tensor): string {
  const { name, datatype, shape, contents } = tensor;
  const head = `${name} ${datatype}[${shape.join(',')}]`;
  const values = readNumbers(tensor);
  if (values === undefined) return `${head} ${contents.length} bytes`;
  const rowLength = shape.at(-1) ?? 1;
  const largest = argmaxRows(values, rowLength);
  const rows = largest.slice(0, shownRows).map((index, row) => {
    const shown = values.slice(row * rowLength, row * rowLength + Math.min(rowLength, shownValues));
    const text = shown.map((value) => (Number.isInteger(value) ? value : value.toFixed(3))).join(' ');
    return `  [${text}${rowLength > shownValues ? ' …' : ''}] largest at ${index}`;
  });
  return [head, ...rows, ...(largest.length > shownRows ? [`  … ${largest.length - shownRows} more rows`] : [])].join(
    '\n',
  );
}
