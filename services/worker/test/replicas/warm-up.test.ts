import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { milliseconds, systemClock, type Profile, type Signature, type TensorSpec } from '@pareto/core';
import { createExecutorPool, createFifoTokens, type ExecutorPool } from '@pareto/runtime';
import { buildProfile, buildVariantSpec, createTempFolder, matrixModel, pickyModel } from '@pareto/testkit';
import type { BlobCache } from '@pareto/blobs';
import { warmUp } from '../../src/replicas/loaded-executor.js';

const tensor = (name: string, dims: readonly number[]): TensorSpec => ({ name, datatype: 'FP32', dims });
const signatureOf = (dims: readonly number[]): Signature => ({
  ...{ inputs: [tensor('x', dims)], outputs: [tensor('y', dims)], batched: true },
});
const cache: BlobCache = {
  sizeBytes: 0,
  open: () => assert.fail('not opened'),
  openModel: () => assert.fail('not opened'),
};

describe('the warm-up of a model that is not measured', function () {
  this.timeout(60_000);
  let pool: ExecutorPool;
  before(() => void (pool = createExecutorPool({ size: 0, clock: systemClock })));
  after(() => pool[Symbol.asyncDispose]());

  async function warm(model: Uint8Array, dims: readonly number[], profile?: Profile): Promise<Profile | undefined> {
    await using folder = await createTempFolder();
    const modelPath = folder.file('model.onnx');
    await writeFile(modelPath, model);
    const load = { modelPath, provider: 'cpu', option: undefined, threads: 1, memoryLimitBytes: 2 ** 30 };
    await using executor = await pool.load(load, new AbortController().signal);
    const spec = buildVariantSpec({ signature: signatureOf(dims) });
    // The clock advances by 5 ms and then by 7 ms during the two runs.
    const times = [0, 5, 10, 17];
    const clock = { ...systemClock, now: () => milliseconds(times.shift() ?? 0) };
    const options = { spec, memoryLimitBytes: 2 ** 30, warmSizes: [1], profile };
    return await warmUp(executor, options, { pool, cache, tokens: createFifoTokens(1), slotCount: 1, clock });
  }

  it('returns a provisional profile of two runs of one item, the faster of which is the usual time', async () => {
    const profile = await warm(matrixModel(4), [4]);
    assert.deepEqual(profile?.points, [{ batch: 1, p50Ms: 5, p95Ms: 7, p99Ms: 7, runs: 2 }]);
    assert.equal(profile.provisional, true);
    assert.ok(profile.memoryBytes > 0 && profile.loadMs > 0);
    assert.equal(await warm(matrixModel(4), [4], buildProfile([])), undefined, 'a measured model');
  });

  it('returns one without points, but with the reason, if the model rejects synthetic inputs', async () => {
    const profile = await warm(pickyModel(), [1]);
    assert.deepEqual([profile?.points, profile?.provisional], [[], true]);
    assert.match(profile?.notRun ?? '', /^the model failed on all synthetic inputs \(.*indices/s);
  });
});
