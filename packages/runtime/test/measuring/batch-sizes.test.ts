import assert from 'node:assert/strict';
import { batchSizes } from '../../src/index.js';
import { sizesBetween } from '../../src/measuring/batch-sizes.js';

describe('batch sizes', () => {
  it('are powers of two and the maximum', () => {
    assert.deepEqual(batchSizes(0), [1]);
    assert.deepEqual(batchSizes(6), [1, 2, 4, 6]);
    assert.deepEqual(batchSizes(1000), [1, 2, 4, 8, 16, 32, 64]);
  });

  it('between measured ones are at most three, evenly spread', () => {
    assert.deepEqual(sizesBetween([1]), []);
    assert.deepEqual(sizesBetween([1, 2]), []);
    assert.deepEqual(sizesBetween([1, 2, 4, 6]), [3, 5]);
    assert.deepEqual(sizesBetween([1, 2, 4, 8, 16, 32, 64]), [3, 12, 48]);
  });
});
