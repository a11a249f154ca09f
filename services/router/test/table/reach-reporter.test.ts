import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { createReachReporter } from '../../src/table/reach-reporter.js';

describe('the report of reached workers', () => {
  it('is sent every second while it is used, however often that is said', async () => {
    const clock = createManualClock();
    const times: number[] = [];
    const reporter = createReachReporter({ report: () => times.push(clock.now()), clock });
    await clock.advance(500);
    reporter.use(true);
    await clock.advance(700);
    reporter.use(true);
    await clock.advance(1_400);
    reporter.use(false);
    await clock.advance(5_000);
    reporter.use(true);
    reporter[Symbol.dispose]();
    await clock.advance(5_000);
    assert.deepEqual(times, [500, 1_500, 2_500, 7_600]);
  });
});
