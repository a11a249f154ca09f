import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { milliseconds } from '@pareto/core';
import { isReportDue, messageIntervals } from '../../src/fleet/message-intervals.js';

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

  it('make a report due in the regular message that is nearest to its time', () => {
    const ages = [0, 500, 1_000, 1_499, 1_500, 2_000, Infinity];
    const isDue = (workers: number, isSame = false) =>
      ages.map((ageMs) => isReportDue(ageMs, messageIntervals(workers), isSame));
    assert.deepEqual(isDue(10), [false, true, true, true, true, true, true]);
    assert.deepEqual(isDue(1_000), [false, false, false, false, true, true, true]);
    assert.deepEqual(isDue(10, true), [false, false, false, false, false, true, true]);
    assert.deepEqual(isDue(1_000, true), [false, false, false, false, true, true, true]);
    const everyMessage = { messageMs: milliseconds(500), reportMs: milliseconds(0) };
    assert.equal(isReportDue(500, everyMessage, true), true);
  });
});
