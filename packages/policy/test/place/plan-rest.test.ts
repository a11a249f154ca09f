import assert from 'node:assert/strict';
import { defaultRestParams as params, planRest } from '../../src/place/plan-rest.js';

describe('planRest', () => {
  it('rests nine times as long as the turn planned, and at least the minimum', () => {
    assert.deepEqual(
      [0, 5, 10, 100].map((busyMs) => planRest(busyMs, { held: [] }, params)),
      [50, 50, 90, 900],
    );
  });

  it('rests no longer than the minimum while queries are held', () => {
    assert.equal(planRest(100, { held: ['a:original'] }, params), 50);
  });
});
