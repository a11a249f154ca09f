import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { messageIntervals } from '../../src/fleet/message-intervals.js';

describe('message intervals', () => {
  it('grow with the fleet, within limits', () => {
    const of = (workers: number): readonly number[] => {
      const { messageMs, reportMs } = messageIntervals(workers);
      return [messageMs, reportMs];
    };
    assert.deepEqual(of(0), [500, 500]);
    assert.deepEqual(of(250), [500, 500]);
    assert.deepEqual(of(500), [500, 1_000]);
    assert.deepEqual(of(1_000), [1_000, 2_000]);
    assert.deepEqual(of(10_000), [1_000, 2_000]);
  });
});
