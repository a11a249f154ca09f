import assert from 'node:assert/strict';
import { systemClock, type Signature } from '@pareto/core';
import { batchSizes, createSlotTokens, measureProfile } from '../src/index.js';
import { fixture, load, saveModel } from './harness.js';
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
      { signature, maxBatch: 4, runtimeVersion: '1.30.0', tokens },
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

  it('give the reason when the model does not run', async () => {
    await using executor = await load(fixture('addsub'));
    const measuring = measureProfile(executor, { signature, maxBatch: 1, runtimeVersion: '', tokens }, systemClock);
    await assert.rejects(measuring, { code: 'failed-precondition', message: /sample inputs/ });
  });
});
