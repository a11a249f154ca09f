import assert from 'node:assert/strict';
import { latenessOf } from '../../path/lateness.js';

describe('the lateness of requests', () => {
  it('is measured from the schedule of the earliest one', () => {
    assert.deepEqual([...latenessOf(Float64Array.of(1002, 1050, 1107, 1150), 50)], [0, 0, 2, 7]);
  });
  it('adds up if all intervals are too long', () => {
    assert.deepEqual([...latenessOf(Float64Array.of(0, 51, 102), 50)], [0, 1, 2]);
  });
  it('is empty without requests', () => {
    assert.equal(latenessOf(new Float64Array(), 50).length, 0);
  });
});
