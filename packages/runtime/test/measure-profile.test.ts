import assert from 'node:assert/strict';
import { systemClock, type Signature } from '@pareto/core';
import { batchSizes, createSlotTokens, measureProfile } from '../src/index.js';
import { fixture, load, pool, saveModel } from './harness.js';
import { matrixModel } from '@pareto/testkit';

const signature: Signature = {
  inputs: [{ name: 'x', datatype: 'FP32', dims: [256] }],
  outputs: [{ name: 'y', datatype: 'FP32', dims: [256] }],
  batched: true,
};

const tokens = createSlotTokens(1);

describe('profiles', function () {
  this.timeout(30_000);

  it('take powers of two and the ceiling', () => {
    assert.deepEqual(batchSizes(0), [1]);
    assert.deepEqual(batchSizes(6), [1, 2, 4, 6]);
    assert.deepEqual(batchSizes(1000), [1, 2, 4, 8, 16, 32, 64]);
  });

  it('are measured on a real session', async () => {
    await using executor = await load(await saveModel('matrix', matrixModel(256)));
    const profile = await measureProfile(
      executor,
      { signature, maxBatch: 4, runtimeVersion: '1.30.0', tokens, loads: pool.loads },
      systemClock,
    );
    assert.deepEqual(
      profile.points.map(({ batch }) => batch),
      [1, 2, 4],
    );
    for (const { p50Ms, p95Ms, p99Ms, runs } of profile.points) {
      assert.ok(p50Ms > 0 && p50Ms <= p95Ms && p95Ms <= p99Ms);
      assert.ok(runs >= 10);
    }
    assert.ok(profile.memoryBytes > 0);
    assert.equal(profile.providerUsed, 'cpu');
  });

  it('are measured anew when another model was loaded meanwhile', async () => {
    await using executor = await load(await saveModel('matrix', matrixModel(256)));
    let looks = 0;
    const disturbedTwice = {
      underWay: 0,
      get begun() {
        return Math.min(4, looks++); // looked at before and after each try
      },
    };
    let turns = 0;
    const acquire = () => {
      turns += 1;
      return tokens.acquire();
    };
    const counted = { waiting: 0, acquire };
    const request = { signature, maxBatch: 1, runtimeVersion: '', tokens: counted, loads: disturbedTwice };
    const { points } = await measureProfile(executor, request, systemClock);
    assert.deepEqual([points.length, turns], [1, 3]);
  });

  it('give the reason when the model does not run', async () => {
    await using executor = await load(fixture('addsub'));
    const request = { signature, maxBatch: 1, runtimeVersion: '', tokens, loads: pool.loads };
    const measuring = measureProfile(executor, request, systemClock);
    await assert.rejects(measuring, { code: 'failed-precondition', message: /sample inputs/ });
  });
});
