import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { milliseconds, systemClock, type ProfilePoint, type Signature } from '@pareto/core';
import {
  measureLoadTimes,
  measureProfile,
  sampleInputs,
  type ProfileRequest,
  type SlotTokens,
} from '../../src/index.js';
import { fixture, load, pool, saveModel } from '../support/harness.js';
import { matrixModel } from '@pareto/testkit';
import { createFifoTokens } from '../../src/devices/fifo-tokens.js';

const signature: Signature = {
  inputs: [{ name: 'x', datatype: 'FP32', dims: [256] }],
  outputs: [{ name: 'y', datatype: 'FP32', dims: [256] }],
  batched: true,
};

const large: Signature = {
  ...{
    inputs: [{ name: 'x', datatype: 'FP32', dims: [2048] }],
    outputs: [{ name: 'y', datatype: 'FP32', dims: [2048] }],
  },
  batched: true,
};

const tokens = createFifoTokens(1);
const requestOf = (more: Partial<ProfileRequest>): ProfileRequest => ({
  signature,
  maxBatch: 1,
  runtimeVersion: '1.30.0',
  profileMs: 1_000,
  coldLoadMs: milliseconds(7),
  tokens,
  loads: pool.loads,
  predict: (_, batch) => batch,
  ...more,
});

describe('profiles', function () {
  this.timeout(60_000);

  it('are measured on a real session, loaded cold and warm', async () => {
    const file = await saveModel('matrix', matrixModel(256));
    const request = { modelPath: file, provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 };
    const { executor, coldLoadMs } = await measureLoadTimes(() => pool.load(request), [file]);
    await using measured = executor;
    const profile = await measureProfile(measured, requestOf({ maxBatch: 4, coldLoadMs }), systemClock);
    assert.deepEqual(
      profile.points.map(({ batch }) => batch),
      [1, 2, 4],
    );
    for (const { p50Ms, p95Ms, p99Ms, runs } of profile.points) {
      assert.ok(p50Ms > 0 && p50Ms <= p95Ms && p95Ms <= p99Ms);
      assert.ok(runs >= 10);
    }
    assert.equal(profile.loadMs, measured.loadMs);
    assert.ok(profile.coldLoadMs > 0);
    assert.ok(profile.baseMemoryBytes > 0);
    assert.ok(profile.memoryBytes > profile.baseMemoryBytes);
    assert.equal(profile.providerUsed, 'cpu');
    assert.deepEqual(profile.nodesByProvider, {});
  });

  it('include the error of the prediction between measured sizes', async () => {
    await using executor = await load(await saveModel('matrix', matrixModel(256)));
    const predictedSizes: number[] = [];
    const predict = (points: readonly ProfilePoint[], batch: number): number => {
      assert.deepEqual(
        points.map((point) => point.batch),
        [1, 2, 4, 8],
      );
      predictedSizes.push(batch);
      return 0;
    };
    const { predictionError } = await measureProfile(executor, requestOf({ maxBatch: 8, predict }), systemClock);
    assert.deepEqual(predictedSizes, [3, 6]);
    assert.equal(predictionError, 1);
    const without = await measureProfile(executor, requestOf({ maxBatch: 2 }), systemClock);
    assert.equal(without.predictionError, undefined);
  });

  it('are measured again when another model was loaded meanwhile', async () => {
    await using executor = await load(await saveModel('matrix', matrixModel(256)));
    let reads = 0;
    const noisyTwice = {
      inProgress: 0,
      get begun() {
        return Math.min(4, reads++); // read before and after each measurement
      },
    };
    let acquisitions = 0;
    const counted: SlotTokens = {
      waiting: 0,
      acquire: () => {
        acquisitions += 1;
        return tokens.acquire();
      },
    };
    const request = requestOf({ tokens: counted, loads: noisyTwice });
    const { points } = await measureProfile(executor, request, systemClock);
    assert.equal(points.length, 1);
    assert.ok(acquisitions >= 4, `${acquisitions} acquisitions`); // the first one to warm up; more on a busy machine
  });

  it('are marked as noisy when other processes keep the cores busy', async function () {
    if (process.platform !== 'linux') {
      Object.assign(this.test ?? {}, { skipReason: 'only Linux counts the waits for a core' });
      return this.skip();
    }
    await using executor = await load(await saveModel('large', matrixModel(2048)));
    const spin = 'const end = Date.now() + 30_000; while (Date.now() < end);';
    // Two for each core: each process has about a third of one.
    const spinning = Array.from({ length: 2 * availableParallelism() }, () => spawn(process.execPath, ['-e', spin]));
    try {
      await Promise.all(spinning.map((child) => once(child, 'spawn')));
      const { noise = 0 } = await measureProfile(
        executor,
        requestOf({ signature: large, profileMs: 300 }),
        systemClock,
      );
      assert.ok(noise > 0.1 && noise <= 1, `noise ${noise}`);
    } finally {
      for (const child of spinning) child.kill('SIGKILL');
    }
  });

  it('yield the slot to others after each run', async () => {
    await using executor = await load(await saveModel('matrix', matrixModel(256)));
    const shared = createFifoTokens(1);
    let runs = 0;
    const watched = {
      ...executor,
      run: (request: Parameters<typeof executor.run>[0]) => executor.run(request).finally(() => runs++),
    };
    const done = new AbortController();
    const measuring = measureProfile(watched, requestOf({ maxBatch: 8, tokens: shared }), systemClock);
    void measuring.finally(() => done.abort()).catch(() => undefined);
    const between: number[] = [];
    for (;;) {
      const before = runs;
      const token = await shared.acquire();
      if (done.signal.aborted) break;
      between.push(runs - before);
      token[Symbol.dispose]();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { points } = await measuring;
    assert.equal(points.length, 4);
    assert.ok(between.length > 5, 'the slot was rarely acquired');
    // An untimed run may precede a short one, and a run may end just when the slot is requested.
    for (const count of between) assert.ok(count <= 2, `${count} runs before the slot was free: ${between.join()}`);
  });

  it('release the slot when they are cancelled or the model fails', async () => {
    const shared = createFifoTokens(1);
    await using executor = await load(await saveModel('matrix', matrixModel(256)));
    const controller = new AbortController();
    const measuring = measureProfile(executor, requestOf({ tokens: shared }), systemClock, controller.signal);
    controller.abort(new Error('enough'));
    await assert.rejects(measuring, /enough/);
    await using other = await load(fixture('addsub'));
    const inputsOf = (batch: number) => sampleInputs(signature, batch);
    const failing = measureProfile(other, requestOf({ tokens: shared, inputsOf }), systemClock);
    await assert.rejects(failing, { code: 'failed-precondition', message: /sample inputs/ });
    const { points, notRun, loadMs } = await measureProfile(other, requestOf({ tokens: shared }), systemClock);
    assert.deepEqual(
      [points, loadMs > 0],
      [[], true],
      'a model that fails on synthetic inputs only has a profile without points',
    );
    assert.match(notRun ?? '', /^the model failed on all synthetic inputs \(/);
    await shared.acquire();
  });
});
