import assert from 'node:assert/strict';
import { sizesBetween } from '../../src/measuring/sizes-between.js';

describe('the sizes between measured ones', () => {
  it('are at most three, evenly spread', () => {
    assert.deepEqual(sizesBetween([1]), []);
    assert.deepEqual(sizesBetween([1, 2]), []);
    assert.deepEqual(sizesBetween([1, 2, 4, 6]), [3, 5]);
    assert.deepEqual(sizesBetween([1, 2, 4, 8, 16, 32, 64]), [3, 12, 48]);
  });
});
