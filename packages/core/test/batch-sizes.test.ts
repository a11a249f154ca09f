import assert from 'node:assert/strict';
import { batchSizes } from '../src/index.js';

describe('batch sizes', () => {
  it('are powers of two and the maximum', () => {
    assert.deepEqual(batchSizes(0), [1]);
    assert.deepEqual(batchSizes(6), [1, 2, 4, 6]);
    assert.deepEqual(batchSizes(1000), [1, 2, 4, 8, 16, 32, 64]);
  });
});
