import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import { pace } from '../../src/session/pace.js';

describe('a paced act', () => {
  /** Calls for the act every five milliseconds of half a second, and returns the times at which it was done. */
  async function timesOf(busyMs: number): Promise<readonly number[]> {
    const clock = createManualClock();
    const times: number[] = [];
    const act = pace(async () => {
      times.push(clock.now());
      return busyMs;
    }, clock);
    const startedAt = clock.now();
    while (clock.now() - startedAt < 520) {
      act();
      await clock.advance(milliseconds(5));
    }
    return times.map((at) => at - startedAt);
  }

  it('is done soon, and again soon, if it takes no time', async () => {
    const times = await timesOf(0);
    assert.deepEqual(times.slice(0, 3), [5, 10, 15]);
  });

  it('takes a fifth of the time if it takes long, and is done four times a second at least', async () => {
    assert.deepEqual((await timesOf(20)).slice(0, 3), [5, 85, 165]);
    assert.deepEqual((await timesOf(2_000)).slice(0, 3), [5, 255, 505]);
  });
});
