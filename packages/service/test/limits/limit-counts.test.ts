import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { createLimitCounts } from '../../src/limits/limit-counts.js';

describe('the counts of reached limits', () => {
  it('cover the last minute, by limit', async () => {
    const clock = createManualClock();
    const counts = createLimitCounts(clock);
    assert.deepEqual(counts.lastMinute(), []);
    counts.add('streams');
    counts.add('connections');
    await clock.advance(30_000);
    counts.add('connections');
    assert.deepEqual(counts.lastMinute(), [
      { limit: 'connections', count: 2 },
      { limit: 'streams', count: 1 },
    ]);
    await clock.advance(30_000);
    assert.deepEqual(counts.lastMinute(), [{ limit: 'connections', count: 1 }]);
    await clock.advance(30_000);
    assert.deepEqual(counts.lastMinute(), []);
  });

  it('start again after a pause of any length', async () => {
    const clock = createManualClock();
    const counts = createLimitCounts(clock);
    counts.add('streams');
    await clock.advance(600_000);
    counts.add('rank');
    counts.add('rank');
    assert.deepEqual(counts.lastMinute(), [{ limit: 'rank', count: 2 }]);
  });
});
