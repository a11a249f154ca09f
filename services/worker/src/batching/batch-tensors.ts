// Joins the tensors of queries into a batch's, and cuts the batch's outputs apart again. Nothing is copied.

import { elementBytes, elementCount } from '@pareto/core';
import type { TensorInput, TensorOutput } from '@pareto/runtime';
import type { CheckedQuery } from '../requests/check-request.js';

/** How many items queries have together. */
export const itemsOf = (queries: readonly CheckedQuery[]): number =>
  queries.reduce((total, { items }) => total + items, 0);

/**
 * The inputs of one run. Queries that share a batch have equal shapes but for the first dimension. A batch of fewer than `size` items
 * is filled up with zeros.
 */
export function joinInputs(queries: readonly CheckedQuery[], size = 0): readonly TensorInput[] {
  const [first, ...others] = queries;
  const items = itemsOf(queries);
  const missing = Math.max(0, size - items);
  if (first === undefined || (others.length === 0 && missing === 0)) return first?.inputs ?? [];
  return first.inputs.map((input, index) => ({
    name: input.name,
    datatype: input.datatype,
    shape: [items + missing, ...input.shape.slice(1)],
    data: [...queries.flatMap((query) => query.inputs[index]?.data ?? []), ...zeros(input, missing)],
  }));
}

/** Elements of BYTES are empty: their length is four bytes. */
function zeros({ datatype, shape }: TensorInput, rows: number): readonly Uint8Array[] {
  if (rows === 0) return [];
  const width = datatype === 'BYTES' ? 4 : elementBytes[datatype];
  return [Buffer.alloc(rows * elementCount(shape.slice(1)) * width)];
}

/** The outputs of each query, of a batch that was filled up to `size`. Throws when an output's first dimension is not the batch's. */
export function splitOutputs(
  outputs: readonly TensorOutput[],
  queries: readonly CheckedQuery[],
  size = 0,
): readonly (readonly TensorOutput[])[] {
  const items = Math.max(size, itemsOf(queries));
  if (queries.length === 1 && items === queries[0]?.items) return [outputs];
  const cursors = outputs.map((output) => {
    if (output.shape[0] === items) return createCursor(output, items);
    throw new Error(`output '${output.name}' has the shape [${output.shape.join()}] for a batch of ${items}`);
  });
  return queries.map((query) => cursors.map((next) => next(query.items)));
}

/** Gives the next `count` items of an output at each call. */
function createCursor(output: TensorOutput, items: number): (count: number) => TensorOutput {
  const { datatype, shape, data } = output;
  const perItem = shape.slice(1).reduce((product, dim) => product * dim, 1);
  let offset = 0;
  return (count) => {
    const length = datatype === 'BYTES' ? stringsLength(data, offset, count * perItem) : (data.length / items) * count;
    const slice = data.subarray(offset, offset + length);
    offset += length;
    return { ...output, shape: [count, ...shape.slice(1)], data: slice };
  };
}

function stringsLength(data: Buffer, start: number, count: number): number {
  let end = start;
  for (let i = 0; i < count; i++) end += 4 + data.readUInt32LE(end);
  return end - start;
}
