import assert from 'node:assert/strict';
import { workerId } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import { createReachReporter } from '../../src/workers/reach-reporter.js';
import type { WorkerProcess } from '../../src/workers/watched-worker.js';

describe('the report of reached workers', () => {
  it('is sent every second, also if there are none, until the router stops', async () => {
    const clock = createManualClock();
    const one = { id: workerId('w1'), incarnation: 'i' };
    let reached: readonly WorkerProcess[] = [];
    const reports: (readonly WorkerProcess[])[] = [];
    const reporter = createReachReporter({ reached: () => reached, report: (each) => reports.push(each), clock });
    await reporter.start(() => assert.fail());
    await clock.advance(500);
    reached = [one];
    await clock.advance(1_000);
    reached = [];
    await clock.advance(1_000);
    await reporter.stop();
    await clock.advance(5_000);
    assert.deepEqual(reports, [[], [one], []]);
  });
});
