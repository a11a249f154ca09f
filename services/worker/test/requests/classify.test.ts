import assert from 'node:assert/strict';
import type { DataType } from '@pareto/core';
import { classify } from '../../src/requests/classify.js';

const output = (datatype: DataType, shape: readonly number[], values: ArrayBufferView) => ({
  name: 'y',
  datatype,
  shape,
  data: Buffer.from(values.buffer),
});

function texts(raw: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < raw.length;) {
    const end = at + 4 + raw.readUInt32LE(at);
    found.push(raw.toString('utf8', at + 4, end));
    at = end;
  }
  return found;
}

describe('classification', () => {
  const labels = ['zero', 'one', 'two'];

  it('tells the largest values of each item, the largest first, with their labels', () => {
    const y = output('FP32', [2, 3], Float32Array.of(0.1, 0.7, 0.2, 5, -1, 5));
    const told = classify(y, 2, { labels, batched: true });
    assert.deepEqual([told.name, told.datatype, told.shape], ['y', 'BYTES', [2, 2]]);
    assert.deepEqual(texts(told.data), ['0.700000:1:one', '0.200000:2:two', '5.000000:0:zero', '5.000000:2:two']);
  });

  it('tells all that there are, and labels as far as they go', () => {
    const y = output('INT64', [3], BigInt64Array.of(-1n, 2n ** 60n, 3n));
    const told = classify(y, 9, { labels: ['zero'], batched: false });
    assert.deepEqual(told.shape, [3]);
    assert.deepEqual(texts(told.data), ['1152921504606846976:1', '3:2', '-1:0:zero']);
  });

  it('ranks what is not a number last', () => {
    const y = output('FP64', [1, 4], Float64Array.of(Number.NaN, -Infinity, 1, Infinity));
    const told = classify(y, 4, { labels: undefined, batched: true });
    assert.deepEqual(texts(told.data), ['inf:3', '1.000000:2', '-inf:1', 'nan:0']);
  });

  it('counts several dimensions through', () => {
    const told = classify(output('UINT8', [1, 2, 2], Uint8Array.of(1, 9, 3, 4)), 1, { labels, batched: true });
    assert.deepEqual(texts(told.data), ['9:1:one']);
  });
});
