// Rows of batches as the verification compares them.

import { elementCount } from '@pareto/core';
import { toNumbers } from '@pareto/models';
import type { RowOutputs } from '@pareto/policy';
import type { TensorInput, TensorOutput } from '@pareto/runtime';
import { joinInputs, splitOutputs } from '../batching/batch-tensors.js';
import type { Samples } from '../sampling/samples.js';

/** The inputs of one row, with a first dimension of 1. */
export type RowInputs = readonly TensorInput[];

/** Returns all samples. */
export async function allRows(samples: Samples): Promise<readonly RowInputs[]> {
  const rows: RowInputs[] = [];
  for (let row = 0; row < samples.count; row++) rows.push(await samples.rows(row, row + 1));
  return rows;
}

/** Returns a batch of rows of equal shapes, padded with zeros to `size` rows. */
export const joinRows = (rows: readonly RowInputs[], size: number = rows.length): readonly TensorInput[] =>
  joinInputs(
    rows.map((inputs) => ({ items: 1, inputs })),
    size,
  );

/** Returns the outputs of the first `count` rows of a batch. Throws if an output's first dimension is not `size`. */
export const splitRows = (
  outputs: readonly TensorOutput[],
  count: number,
  size: number = count,
): readonly RowOutputs[] =>
  splitOutputs(outputs, Array<{ items: number }>(count).fill({ items: 1 }), size).map(rowOutputs);

const rowOutputs = (outputs: readonly TensorOutput[]): RowOutputs =>
  outputs.map(({ datatype, shape, data }) => ({
    data,
    values: datatype.startsWith('FP') ? toNumbers({ datatype, dims: shape, data }) : undefined,
    elements: elementCount(shape),
  }));
