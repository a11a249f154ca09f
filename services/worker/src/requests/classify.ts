// The protocol's classification extension: an output is returned as its largest values, each with its index and label.

import { elementCount, joinElements, type DataType } from '@pareto/core';
import type { TensorOutput } from '@pareto/runtime';

/** Labels of each output, by index. */
export type LabelTexts = ReadonlyMap<string, readonly string[]>;

type Read = (data: Buffer, offset: number) => number | bigint;

/** Element width in bytes and read function, by data type. */
const readers: Partial<Record<DataType, readonly [number, Read]>> = {
  UINT8: [1, (data, at) => data.readUInt8(at)],
  UINT16: [2, (data, at) => data.readUInt16LE(at)],
  UINT32: [4, (data, at) => data.readUInt32LE(at)],
  UINT64: [8, (data, at) => data.readBigUInt64LE(at)],
  INT8: [1, (data, at) => data.readInt8(at)],
  INT16: [2, (data, at) => data.readInt16LE(at)],
  INT32: [4, (data, at) => data.readInt32LE(at)],
  INT64: [8, (data, at) => data.readBigInt64LE(at)],
  FP32: [4, (data, at) => data.readFloatLE(at)],
  FP64: [8, (data, at) => data.readDoubleLE(at)],
};

/**
 * Returns the `count` largest values of each item as BYTES `value:index[:label]`, in descending order and equal values
 * by index. The shape is [batch, count], or [count] for a model without a batch dimension. `count` is limited to the
 * number of values of an item.
 */
export function classify(
  output: TensorOutput,
  count: number,
  { labels, batched }: { readonly labels: readonly string[] | undefined; readonly batched: boolean },
): TensorOutput {
  const { datatype, shape, data } = output;
  const items = batched ? (shape[0] ?? 1) : 1;
  const perItem = elementCount(batched ? shape.slice(1) : shape);
  const shownCount = Math.min(count, perItem);
  const [width, read] = readers[datatype] ?? [1, () => 0];
  const texts = Array.from({ length: items }, (_, item) => {
    const values = Array.from({ length: perItem }, (_value, index) => read(data, (item * perItem + index) * width));
    return topIndices(values, shownCount).map((index) =>
      describe(values[index] ?? 0, index, datatype, labels?.[index]),
    );
  });
  const raw = joinElements(texts.flat().map((text) => Buffer.from(text)));
  return { name: output.name, datatype: 'BYTES', shape: batched ? [items, shownCount] : [shownCount], data: raw };
}

/** Returns the indices of the largest values. NaN comes last. */
function topIndices(values: readonly (number | bigint)[], count: number): readonly number[] {
  const indices = values.map((_, index) => index);
  return indices.sort((a, b) => compare(values[a] ?? 0, values[b] ?? 0) || a - b).slice(0, count);
}

function compare(a: number | bigint, b: number | bigint): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : a > b ? -1 : 1;
}

function describe(value: number | bigint, index: number, datatype: DataType, label: string | undefined): string {
  const isReal = typeof value === 'number' && datatype.startsWith('FP');
  const shown = isReal ? realText(value) : String(value);
  return label === undefined ? `${shown}:${index}` : `${shown}:${index}:${label}`;
}

/** Formats a number like `printf("%f")` in C, with six decimals. */
const realText = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(6) : String(value).replace('Infinity', 'inf').toLowerCase();
