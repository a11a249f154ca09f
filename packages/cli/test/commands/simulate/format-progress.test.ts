import assert from 'node:assert/strict';
import pc from 'picocolors';
import { formatProgress, remainingMs, type ProgressView } from '../../../src/commands/simulate/format-progress.js';

const view: ProgressView = {
  ...{ runs: 10, finished: 4, simulated: 2, elapsedMs: 60_000 },
  running: [
    { policy: 'pareto', seed: 3, share: 0.75 },
    { policy: 'clipper', seed: 3, share: 0.25 },
  ],
};

describe('the progress of a simulation', () => {
  it('has a bar for each run and for all, with an estimate', () => {
    assert.deepEqual(formatProgress(view, pc.createColors(false)), [
      'pareto, seed 3   ████████████░░░░  75 %',
      'clipper, seed 3  ████░░░░░░░░░░░░  25 %',
      'all              ████████░░░░░░░░  4 of 10 runs, about 1 min 40 s left',
    ]);
  });

  it('estimates from the runs of this command alone', () => {
    // 3 of 8 runs took a minute.
    assert.equal(remainingMs(view), 100_000);
  });

  it('has no estimate at the start', () => {
    const start = { ...view, finished: 2, simulated: 0, running: [{ policy: 'pareto', seed: 1, share: 0.01 }] };
    assert.equal(remainingMs(start), undefined);
    assert.equal(remainingMs({ ...start, finished: 0, running: [] }), undefined);
  });
});
