// Labelled images of the digits example, taken by row.

import { readFile } from 'node:fs/promises';
import { isDataType, ParetoError, type DataType } from '@pareto/core';
import { readNpz } from '@pareto/models';
import { takeRows, type InputTensor } from '../tensor-input.js';
import { readNumbers } from '../tensor-values.js';

export interface Image extends InputTensor {
  readonly datatype: DataType;
}

export interface Samples {
  take(firstRow: number, count: number): { readonly image: Image; readonly labels: readonly number[] };
}

export async function readSamples(path: string): Promise<Samples> {
  const arrays = await readNpz(await readFile(path));
  const [image, label] = [arrays.get('image'), arrays.get('label')];
  if (image === undefined || label === undefined) {
    throw new ParetoError('invalid-argument', `${path} must hold the arrays 'image' and 'label'`);
  }
  const labels = readNumbers(label.datatype, Buffer.from(label.data)) ?? [];
  return {
    take(firstRow, count) {
      const tensor = takeRows('image', image, [firstRow, firstRow + count - 1]);
      const { datatype } = tensor;
      if (!isDataType(datatype))
        throw new ParetoError('invalid-argument', `${path} has the unknown datatype ${datatype}`);
      return { image: { ...tensor, datatype }, labels: labels.slice(firstRow, firstRow + count) };
    },
  };
}
