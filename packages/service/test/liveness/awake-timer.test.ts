import assert from 'node:assert/strict';
import { milliseconds, type Clock } from '@pareto/core';
import { createManualClock, type ManualClock } from '@pareto/testkit';
import { afterAwake } from '../../src/liveness/awake-timer.js';

describe('a timeout that counts only the time in which the process runs', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = createManualClock();
  });

  /** Returns a clock whose first timer after `at` fires `lateMs` late, as all others that are due meanwhile. */
  const delayed = (at: number, lateMs: number): Clock => ({
    ...clock,
    after(delay, callback) {
      const isDelayed = clock.now() <= at && clock.now() + delay > at;
      return clock.after(milliseconds(delay + (isDelayed ? lateMs : 0)), callback);
    },
  });

  it('ends after its time in a process that is never late', async () => {
    let endedAt: number | undefined;
    afterAwake(clock, milliseconds(3_000), () => (endedAt = clock.now()));
    await clock.advance(4_000);
    assert.equal(endedAt, 3_001);
  });

  it('ends later by the time in which the event loop was blocked', async () => {
    let endedAt: number | undefined;
    afterAwake(delayed(1_100, 5_000), milliseconds(3_000), () => (endedAt = clock.now()));
    await clock.advance(9_000);
    assert.equal(endedAt, 8_001);
  });

  it('never ends once it is disposed', async () => {
    const timer = afterAwake(clock, milliseconds(1_000), () => assert.fail('it was disposed'));
    await clock.advance(600);
    timer[Symbol.dispose]();
    await clock.advance(2_000);
    assert.equal(clock.waiting, 0);
  });
});
