import assert from 'node:assert/strict';
import { createProgressTally } from '../../src/live/progress-tally.js';
import type { Outcome } from '../../src/index.js';

const outcome = (code: Outcome['code'], classIndex: number, latencyMs: number): Outcome => ({
  ...{ code, classIndex, latencyMs, intendedMs: 0, variant: '', right: undefined, message: '' },
});

describe('the tally of a run in progress', () => {
  const classes = [
    { name: 'fast', objectiveMs: 10 },
    { name: 'slow', objectiveMs: 100 },
  ];

  it('counts in total and over the latest moments', () => {
    const tally = createProgressTally(classes, 2);
    for (let index = 0; index < 5; index++) tally.sent();
    tally.count(outcome('ok', 0, 5));
    tally.count(outcome('ok', 0, 50));
    tally.count(outcome('ok', 1, 50));
    tally.count(outcome('resource-exhausted', 1, 1));
    assert.deepEqual(tally.take().total, { sent: 5, answered: 3, onTime: 2, rejected: 1, failed: 0 });
    tally.count(outcome('unavailable', 1, 1));
    const second = tally.take();
    assert.deepEqual(second.total, { sent: 5, answered: 3, onTime: 2, rejected: 1, failed: 1 });
    assert.deepEqual(second.recent, second.total);
    tally.sent();
    const third = tally.take();
    assert.deepEqual(third.recent, { sent: 1, answered: 0, onTime: 0, rejected: 0, failed: 1 });
    assert.equal(third.total.sent, 6);
  });

  it('has the latencies of each class', () => {
    const tally = createProgressTally(classes, 2);
    tally.count(outcome('ok', 1, 50));
    tally.take();
    tally.count(outcome('ok', 1, 5));
    const [fast, slow] = tally.take().classes;
    assert.deepEqual([fast?.name, fast?.answered, fast?.latencies], ['fast', 0, []]);
    assert.deepEqual(
      [slow?.answered, slow?.onTime, slow?.latencies.map(([us]) => Math.round(us / 1_000))],
      [2, 2, [5, 50]],
    );
  });
});
