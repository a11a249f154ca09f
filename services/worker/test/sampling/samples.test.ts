import assert from 'node:assert/strict';
import type { DataType } from '@pareto/core';
import { toNumbers } from '@pareto/models';
import { syntheticSamples } from '../../src/sampling/samples.js';

describe('synthetic samples', () => {
  for (const datatype of ['FP32', 'FP64', 'FP16', 'INT64', 'INT32', 'UINT8', 'BOOL'] as const) {
    it(`of ${datatype} differ from each other, and are the same in every call`, async () => {
      const rows = await rowsOf(datatype);
      assert.ok(new Set(rows.map(String)).size > 4, rows.join(' | '));
      assert.deepEqual(await rowsOf(datatype), rows);
      assert.ok(rows.flat().every((value) => value >= -1 && value <= 1));
    });
  }

  it('of integers are zero in every other sample, because some models accept nothing else', async () => {
    assert.ok((await rowsOf('INT64')).every((row, index) => index % 2 === 1 || row.every((value) => value === 0)));
  });
});

async function rowsOf(datatype: DataType): Promise<readonly (readonly number[])[]> {
  const signature = { inputs: [{ name: 'x', datatype, dims: [16] }], outputs: [], batched: true };
  const [input] = await syntheticSamples(signature, 8).rows(0, 8);
  const data = Buffer.concat(input?.data ?? []);
  const values = [...Array.from(toNumbers({ datatype, dims: [8, 16], data }))];
  return Array.from({ length: 8 }, (_, row) => values.slice(16 * row, 16 * row + 16));
}
