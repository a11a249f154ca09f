import assert from 'node:assert/strict';
import { adjustHolm } from '../../src/compare/holm.js';

describe('adjustHolm', () => {
  it('multiplies each probability by the number of those that are not smaller, in any order', () => {
    const adjusted = adjustHolm([0.01, 0.04, 0.03, 0.005]).map((each) => Number(each.toFixed(6)));
    assert.deepEqual(adjusted, [0.03, 0.06, 0.06, 0.02]);
  });

  it('stays in order and below 1', () => {
    assert.deepEqual(adjustHolm([0.6, 0.5]), [1, 1]);
    assert.deepEqual(adjustHolm([0.2]), [0.2]);
    assert.deepEqual(adjustHolm([]), []);
  });
});
