// Tensors' raw bytes as numbers, for people and for scoring.

import type { wire } from '@pareto/rpc';

const readers: Readonly<Record<string, readonly [size: number, read: (bytes: Buffer, at: number) => number]>> = {
  BOOL: [1, (bytes, at) => bytes.readUInt8(at)],
  UINT8: [1, (bytes, at) => bytes.readUInt8(at)],
  INT8: [1, (bytes, at) => bytes.readInt8(at)],
  UINT16: [2, (bytes, at) => bytes.readUInt16LE(at)],
  INT16: [2, (bytes, at) => bytes.readInt16LE(at)],
  UINT32: [4, (bytes, at) => bytes.readUInt32LE(at)],
  INT32: [4, (bytes, at) => bytes.readInt32LE(at)],
  UINT64: [8, (bytes, at) => Number(bytes.readBigUInt64LE(at))],
  INT64: [8, (bytes, at) => Number(bytes.readBigInt64LE(at))],
  FP32: [4, (bytes, at) => bytes.readFloatLE(at)],
  FP64: [8, (bytes, at) => bytes.readDoubleLE(at)],
};

/** Undefined for datatypes that are no plain numbers. */
export function readNumbers(datatype: string, contents: Buffer): readonly number[] | undefined {
  const reader = readers[datatype];
  if (reader === undefined) return undefined;
  const [size, read] = reader;
  return Array.from({ length: Math.floor(contents.length / size) }, (_, i) => read(contents, i * size));
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
export function formatTensor({ name, datatype, shape, contents }: wire.Tensor): string {
  const head = `${name} ${datatype}[${shape.join(',')}]`;
  const values = readNumbers(datatype, contents);
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
