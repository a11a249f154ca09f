import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { createReachReporter } from '../../src/table/reach-reporter.js';

describe('the report of reached workers', () => {
  it('is sent every second while it is used, however often that is said, and when no heartbeat says more', async () => {
    const clock = createManualClock();
    const times: number[] = [];
    const reporter = createReachReporter({ report: () => times.push(clock.now()), clock });
    await clock.advance(500);
    reporter.use(true);
    await clock.advance(700);
    reporter.use(true);
    await clock.advance(1_400);
    for (let heartbeat = 0; heartbeat < 5; heartbeat++) {
      reporter.use(false);
      await clock.advance(1_000);
    }
    assert.deepEqual(times.splice(0), [500, 1_500, 2_500]);
    await clock.advance(1_500);
    assert.deepEqual(times.splice(0), [7_850, 8_850]);
    reporter.use(false);
    reporter.use(true);
    reporter[Symbol.dispose]();
    await clock.advance(5_000);
    assert.deepEqual(times, [9_100]);
  });
});
