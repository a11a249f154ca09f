import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { createPreciseClock } from '../../src/index.js';

describe('the precise clock', () => {
  it('ends a sleep at most .5 ms early', async () => {
    using clock = createPreciseClock();
    for (const delay of [0.05, 0.3, 1.7, 12.4, 0]) {
      const from = clock.now();
      await clock.sleep(milliseconds(delay));
      const slept = clock.now() - from;
      assert.ok(slept >= delay - 0.5, `${slept} of ${delay} ms`);
    }
  });

  it('ends a sleep when its signal aborts, and sleeps again', async () => {
    using clock = createPreciseClock();
    const aborting = new AbortController();
    const sleeping = clock.sleep(milliseconds(60_000), aborting.signal);
    aborting.abort(new Error('stop'));
    await assert.rejects(sleeping, /stop/);
    await assert.rejects(clock.sleep(milliseconds(1), aborting.signal), /stop/);
    await clock.sleep(milliseconds(1));
  });
});
