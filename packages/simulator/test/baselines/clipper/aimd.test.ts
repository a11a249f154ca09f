import assert from 'node:assert/strict';
import { defaultAimdParams, nextMaxBatch } from '../../../src/baselines/clipper/aimd.js';

const objectiveMs = 100;

describe('nextMaxBatch', () => {
  it('adds 1 after each full batch within the objective, and multiplies by 0.9 after one beyond it', () => {
    // A batch of n takes 10 n ms. Batches of 1 to 10 take at most 100 ms, so the maximum reaches 11. That batch takes
    // 110 ms: floor(0.9 × 11) = 9, then 10, 11, and again 9.
    const sizes: number[] = [];
    let batch = defaultAimdParams.initialBatch;
    for (let run = 0; run < 15; run += 1) {
      sizes.push(batch);
      batch = nextMaxBatch(batch, { queries: batch, latencyMs: 10 * batch, objectiveMs }, 64);
    }
    assert.deepEqual(sizes, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 9, 10, 11, 9]);
  });
  it('keeps the maximum after a batch that did not fill it', () =>
    assert.equal(nextMaxBatch(8, { queries: 7, latencyMs: 70, objectiveMs }, 64), 8));
  it('decreases after a small batch that took too long', () =>
    assert.equal(nextMaxBatch(10, { queries: 2, latencyMs: 101, objectiveMs }, 64), 9));
  it('stays within 1 and the limit of the model', () => {
    assert.equal(nextMaxBatch(1, { queries: 1, latencyMs: 500, objectiveMs }, 64), 1);
    assert.equal(nextMaxBatch(4, { queries: 4, latencyMs: 1, objectiveMs }, 4), 4);
  });
});
