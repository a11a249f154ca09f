import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { StallWatch } from '../../src/calls/stall-watch.js';

describe('StallWatch', () => {
  it('finds calls that were quiet for the time, until they are removed', async () => {
    const clock = createManualClock();
    const watch = new StallWatch(1000, clock);
    const stalled: string[] = [];
    const callOf = (name: string) => ({ quietSweeps: 0, onStalled: () => void stalled.push(name) });
    const [quiet, busy] = [callOf('quiet'), callOf('busy')];
    const [quietSlot, busySlot] = [watch.add(quiet), watch.add(busy)];
    await clock.advance(1000);
    assert.deepEqual(stalled, []);
    busy.quietSweeps = 0;
    await clock.advance(250);
    assert.deepEqual(stalled, ['quiet']);
    watch.remove(quietSlot);
    await clock.advance(1000);
    assert.deepEqual(stalled, ['quiet', 'busy']);
    watch.remove(busySlot);
    await clock.advance(5000);
    assert.deepEqual(stalled, ['quiet', 'busy']);
  });
});
