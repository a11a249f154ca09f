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

  it('returns the largest values of each item in descending order, with their labels', () => {
    const y = output('FP32', [2, 3], Float32Array.of(0.1, 0.7, 0.2, 5, -1, 5));
    const classified = classify(y, 2, { labels, batched: true });
    assert.deepEqual([classified.name, classified.datatype, classified.shape], ['y', 'BYTES', [2, 2]]);
    assert.deepEqual(texts(classified.data), ['0.700000:1:one', '0.200000:2:two', '5.000000:0:zero', '5.000000:2:two']);
  });

  it('returns all values if there are fewer, and labels as far as there are any', () => {
    const y = output('INT64', [3], BigInt64Array.of(-1n, 2n ** 60n, 3n));
    const classified = classify(y, 9, { labels: ['zero'], batched: false });
    assert.deepEqual(classified.shape, [3]);
    assert.deepEqual(texts(classified.data), ['1152921504606846976:1', '3:2', '-1:0:zero']);
  });

  it('ranks NaN last', () => {
    const y = output('FP64', [1, 4], Float64Array.of(Number.NaN, -Infinity, 1, Infinity));
    const classified = classify(y, 4, { labels: undefined, batched: true });
    assert.deepEqual(texts(classified.data), ['inf:3', '1.000000:2', '-inf:1', 'nan:0']);
  });

  it('numbers the values of several dimensions consecutively', () => {
    const classified = classify(output('UINT8', [1, 2, 2], Uint8Array.of(1, 9, 3, 4)), 1, { labels, batched: true });
    assert.deepEqual(texts(classified.data), ['9:1:one']);
  });
});
