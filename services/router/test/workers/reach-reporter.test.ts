import assert from 'node:assert/strict';
import { workerId, type WorkerId } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import { createReachReporter } from '../../src/workers/reach-reporter.js';

describe('the report of unreachable workers', () => {
  it('is sent every second, also if there are none, until the router stops', async () => {
    const clock = createManualClock();
    let lost: readonly WorkerId[] = [];
    const reports: (readonly WorkerId[])[] = [];
    const reporter = createReachReporter({ unreachable: () => lost, report: (one) => reports.push(one), clock });
    await reporter.start(() => assert.fail());
    await clock.advance(500);
    lost = [workerId('w1')];
    await clock.advance(1_000);
    lost = [];
    await clock.advance(1_000);
    await reporter.stop();
    await clock.advance(5_000);
    assert.deepEqual(reports, [[], ['w1'], []]);
  });
});
