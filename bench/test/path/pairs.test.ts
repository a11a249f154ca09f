import assert from 'node:assert/strict';
import { isSteady, spreadOf } from '../../path/pairs.js';

describe('isSteady', () => {
  it('compares the figures before and after, whichever is larger', () => {
    assert.equal(isSteady({ before: 100, after: 105 }, 0.05), true);
    assert.equal(isSteady({ before: 105, after: 100 }, 0.05), true);
    assert.equal(isSteady({ before: 100, after: 106 }, 0.05), false);
    assert.equal(isSteady({ before: 106, after: 100 }, 0.05), false);
  });
});

describe('spreadOf', () => {
  it('returns the median, and the range', () => {
    assert.deepEqual(spreadOf([3, 1, 10]), { median: 3, min: 1, max: 10 });
    assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2, min: 1, max: 4 });
  });
});
