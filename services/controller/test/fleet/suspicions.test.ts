// Workers that a router reports as unreachable.

import assert from 'node:assert/strict';
import { workerId, type WorkerId } from '@pareto/core';
import { createFleetState } from '@pareto/policy';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createSuspicions } from '../../src/fleet/suspicions.js';
import { infoOf, w1, workerReport } from '../support/reports.js';

describe('suspicions', () => {
  it('checks a worker that a router reported once it counts as unresponsive', async () => {
    const clock = createManualClock();
    const fleet = createFleetState({ rejoinMs: 2_000, firstJoinMs: 10_000 });
    const [only, other] = [{ info: infoOf() }, { info: { ...infoOf(), id: workerId('w2') } }];
    let suspicions = 0;
    const requested: WorkerId[] = [];
    const reportRequester = { requestReport: (worker: WorkerId) => void requested.push(worker) };
    const processProbes = { probe: async (): Promise<boolean> => false };
    const reportLost = createSuspicions({
      fleet,
      reportRequester,
      processProbes,
      onSuspected: () => (suspicions += 1),
      clock,
    });
    /** Lets time pass while only the other worker reports. */
    const pass = async (halfSeconds: number): Promise<void> => {
      for (let i = 0; i < halfSeconds; i += 1) {
        await clock.advance(500);
        fleet.report(other, workerReport, clock.now());
      }
    };
    reportLost(w1);
    for (const each of [only, other]) fleet.join(each, clock.now());
    fleet.report(only, workerReport, clock.now());
    await pass(1);
    reportLost(w1);
    reportLost(w1);
    assert.deepEqual(requested, [w1], 'a check is pending');
    await pass(1);
    fleet.report(only, workerReport, clock.now());
    await pass(2);
    assert.deepEqual([suspicions, fleet.isSuspected(w1)], [0, false], 'it has reported since');
    reportLost(w1);
    await pass(1);
    assert.deepEqual([suspicions, fleet.isSuspected(w1)], [1, true]);
    reportLost(w1);
    await pass(10);
    assert.equal(suspicions, 1);
  });
});
