import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { countDemand } from '../../../src/baselines/clairvoyant/demand/count-demand.js';

describe('countDemand', () => {
  it('counts the queries of each window', () => {
    const stream = { task: 'digits', objective: { latencyMs: milliseconds(50), minAccuracy: undefined } };
    const times = [[1_000, 1_999.9, 2_000, 3_499, 3_500, 9_000], []];
    const arrivals = (index: number): readonly number[] => times[index] ?? [];
    const demand = countDemand({ streams: [stream, stream], arrivals, fromMs: 1_000, durationMs: 2_500 }, 1_000);
    assert.deepEqual(demand, {
      windowMs: 1_000,
      streams: [
        { ...stream, counts: [2, 1, 1] },
        { ...stream, counts: [0, 0, 0] },
      ],
    });
  });
});
