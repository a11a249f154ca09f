// Reads labelled images of the digits example by row.

import { ParetoError } from '@pareto/core';
import { readNpz, toNumbers } from '@pareto/models';
import { takeRows, type InputTensor } from '../commands/infer/tensor-input.js';

export interface Samples {
  take(firstRow: number, count: number): { readonly image: InputTensor; readonly labels: readonly number[] };
}

export async function readSamples(path: string): Promise<Samples> {
  const arrays = await readNpz(path);
  const [image, label] = [arrays.get('image'), arrays.get('label')];
  if (image === undefined || label === undefined) {
    throw new ParetoError('invalid-argument', `${path} must hold the arrays 'image' and 'label'`);
  }
  const labels = Array.from(toNumbers(label));
  return {
    take: (firstRow, count) => ({
      image: takeRows('image', image, [firstRow, firstRow + count - 1]),
      labels: labels.slice(firstRow, firstRow + count),
    }),
  };
}
