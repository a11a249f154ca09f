// Joins the tensors of several queries into one batch, and splits the batch's outputs by query. Tensor data is not
// copied.

import { elementBytes, elementCount } from '@pareto/core';
import type { TensorInput, TensorOutput } from '@pareto/runtime';
import type { CheckedQuery } from '../requests/check-request.js';

/** The part of a query that a batch consists of. */
type BatchPart = Pick<CheckedQuery, 'items' | 'inputs'>;

/** Returns the total number of items. */
const itemsOf = (queries: readonly Pick<BatchPart, 'items'>[]): number =>
  queries.reduce((total, { items }) => total + items, 0);

/**
 * Returns the inputs of one run. The queries must have equal shapes except for the first dimension. A batch of fewer
 * than `size` items is padded with zeros.
 */
export function joinInputs(queries: readonly BatchPart[], size = 0): readonly TensorInput[] {
  const [first, ...others] = queries;
  const items = itemsOf(queries);
  const missing = Math.max(0, size - items);
  if (first === undefined || (others.length === 0 && missing === 0)) return first?.inputs ?? [];
  return first.inputs.map((input, index) => {
    const data: Uint8Array[] = [];
    for (const query of queries) for (const slice of query.inputs[index]?.data ?? []) data.push(slice);
    data.push(...zeros(input, missing));
    return { name: input.name, datatype: input.datatype, shape: [items + missing, ...input.shape.slice(1)], data };
  });
}

/** Returns inputs of zeros in the shapes of a query's. */
export const zeroInputs = ({ items, inputs }: BatchPart): readonly TensorInput[] =>
  inputs.map((input) => ({ ...input, data: zeros(input, items) }));

/** Returns `rows` items of zeros. A BYTES element is an empty string, which is a length prefix of four zero bytes. */
function zeros({ datatype, shape }: TensorInput, rows: number): readonly Uint8Array[] {
  if (rows === 0) return [];
  const width = datatype === 'BYTES' ? 4 : elementBytes[datatype];
  return [Buffer.alloc(rows * elementCount(shape.slice(1)) * width)];
}

/**
 * Returns the outputs of each query, without the padding up to `size`. Throws if an output's first dimension is not the
 * batch size.
 */
export function splitOutputs(
  outputs: readonly TensorOutput[],
  queries: readonly Pick<BatchPart, 'items'>[],
  size = 0,
): readonly (readonly TensorOutput[])[] {
  const items = Math.max(size, itemsOf(queries));
  if (queries.length === 1 && items === queries[0]?.items) return [outputs];
  const cursors = outputs.map((output) => {
    if (output.shape[0] === items) return new OutputCursor(output, items);
    throw new Error(
      `output '${output.name}' has shape [${output.shape.join()}], expected ${items} as its first dimension`,
    );
  });
  return queries.map((query) => cursors.map((cursor) => cursor.next(query.items)));
}

/** The items of an output that no query has taken yet. */
class OutputCursor {
  readonly #output: TensorOutput;
  readonly #items: number;
  /** Shape of the last part. Parts of equal size share it. */
  #shape: readonly number[];
  #offset = 0;

  constructor(output: TensorOutput, items: number) {
    this.#output = output;
    this.#items = items;
    this.#shape = output.shape;
  }
  /** Returns the next `count` items. */
  next(count: number): TensorOutput {
    const { name, datatype, data } = this.#output;
    if (this.#shape[0] !== count) this.#shape = this.#shape.with(0, count);
    const offset = this.#offset;
    this.#offset +=
      datatype === 'BYTES'
        ? stringsLength(data, offset, elementCount(this.#shape))
        : (data.length / this.#items) * count;
    return { name, datatype, shape: this.#shape, data: data.subarray(offset, this.#offset) };
  }
}

function stringsLength(data: Buffer, start: number, count: number): number {
  let end = start;
  for (let i = 0; i < count; i++) end += 4 + data.readUInt32LE(end);
  return end - start;
}
