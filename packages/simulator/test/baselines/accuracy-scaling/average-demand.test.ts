import assert from 'node:assert/strict';
import { createDemandAverage } from '../../../src/baselines/accuracy-scaling/average-demand.js';

describe('createDemandAverage', () => {
  it('weighs each second by decay / (1 + decay) of the one after it', () => {
    const average = createDemandAverage({ seconds: 20, decay: 1 });
    for (const arrived of [
      [2, 0],
      [4, 0],
      [8, 7],
    ])
      average.add(arrived);
    // (8 + 4 / 2 + 2 / 4) / (1 + 1 / 2 + 1 / 4) = 10.5 / 1.75.
    assert.deepEqual(average.rates(), [6, 4]);
    // (8 + 4 / 3 + 2 / 9) / (1 + 1 / 3 + 1 / 9) = 86 / 13.
    assert.ok(Math.abs((average.rates(0.5)[0] ?? 0) - 86 / 13) < 1e-12);
    assert.deepEqual(average.totals(), [15, 4, 2]);
  });
  it('leaves out older seconds', () => {
    const average = createDemandAverage({ seconds: 2, decay: 1 });
    for (const count of [1_000, 3, 6]) average.add([count]);
    assert.deepEqual(average.rates(), [5]);
  });
});
