// Joins the tensors of queries into a batch's, and cuts the batch's outputs apart again. Nothing is copied.

import type { TensorInput, TensorOutput } from '@pareto/runtime';
import type { Query } from './check-request.js';

/** The inputs of one run. Queries that share a batch have equal shapes but for the first dimension. */
export function joinInputs(queries: readonly Query[]): readonly TensorInput[] {
  const [first, ...others] = queries;
  if (first === undefined || others.length === 0) return first?.inputs ?? [];
  const items = queries.reduce((total, query) => total + query.items, 0);
  return first.inputs.map((input, index) => ({
    name: input.name,
    datatype: input.datatype,
    shape: [items, ...input.shape.slice(1)],
    data: queries.flatMap((query) => query.inputs[index]?.data ?? []),
  }));
}

/** The outputs of each query. Throws when an output's first dimension is not the batch's. */
export function splitOutputs(
  outputs: readonly TensorOutput[],
  queries: readonly Query[],
): readonly (readonly TensorOutput[])[] {
  if (queries.length === 1) return [outputs];
  const items = queries.reduce((total, query) => total + query.items, 0);
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
