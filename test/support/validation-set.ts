// Smaller validation sets, because every sample costs CPU.

import assert from 'node:assert/strict';
import { readNpz, sliceRows } from '@pareto/models';
import { writeNpz } from '@pareto/testkit';

/** Types of arrays in NumPy's notation. */
const descriptions: Readonly<Record<string, string>> = { FP32: '<f4', INT32: '<i4', INT64: '<i8', UINT8: '|u1' };

/** Returns a validation set with only the first samples of a file. */
export async function readFirst(path: string, count: number): Promise<Uint8Array> {
  const arrays = Array.from(await readNpz(path), ([name, array]) => {
    const { datatype, dims, data } = sliceRows(array, 0, count);
    const descr = descriptions[datatype] ?? assert.fail(`${name} has the type ${datatype}`);
    return [name, { descr, dims, data }] as const;
  });
  return writeNpz(Object.fromEntries(arrays));
}
