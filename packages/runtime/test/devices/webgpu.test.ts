import assert from 'node:assert/strict';
import { createSeededRng, milliseconds, systemClock } from '@pareto/core';
import { createHurriedClock, findSoftwareGpu, loopModel, rootModel } from '@pareto/testkit';
import { createFifoTokens } from '../../src/devices/fifo-tokens.js';
import {
  createExecutorPool,
  discoverHardware,
  measureLoadTimes,
  measureProfile,
  type Executor,
  type ExecutorPool,
  type RunOutcome,
} from '../../src/index.js';
import { digits, fixture, floatsOf, load, runFloats, saveModel } from '../support/harness.js';

const x = { name: 'x', datatype: 'FP32', dims: [1] } as const;
const signature = { inputs: [x], outputs: [{ ...x, name: 'y' }], batched: true };

const runImages = (executor: Executor, count: number): Promise<RunOutcome> => {
  const pixels = Float32Array.from({ length: 784 * count }, createSeededRng(7));
  const data = [new Uint8Array(pixels.buffer)];
  const input = { name: 'image', datatype: 'FP32', shape: [count, 1, 28, 28], data } as const;
  return executor.run({ inputs: [input], outputs: [], expectedMs: undefined });
};

const options = { slots: 1, memoryBytes: 2 ** 32, providers: ['webgpu'] };

describe('webgpu on a software device', function () {
  this.timeout(120_000);
  let gpus: ExecutorPool | undefined;
  /** Path of a model that compiles fast, for tests that do not check outputs. */
  let root: string;

  before(async function () {
    const gpu = await findSoftwareGpu();
    if (gpu.kind === 'missing') {
      Object.assign(this.test?.parent ?? {}, { skipReason: gpu.reason });
      return this.skip();
    }
    // A run that is expected to be short counts as hung after 5 s.
    gpus = createExecutorPool({ size: 0, clock: createHurriedClock([5_000, 250]), environment: gpu.environment });
  });
  before(async () => (root = await saveModel('root', rootModel())));
  after(() => gpus?.[Symbol.asyncDispose]());

  const gpuPool = (): ExecutorPool => gpus ?? assert.fail('there is no device');
  const loadOnGpu = (modelPath: string, signal?: AbortSignal): Promise<Executor> =>
    gpuPool().load({ modelPath, provider: 'webgpu', threads: 1, memoryLimitBytes: 2 ** 30 }, signal);

  const loadRoot = (): Promise<Executor> => loadOnGpu(root);

  it('is discovered by name, with its driver', async () => {
    const { slotGroups } = await discoverHardware(options, gpuPool());
    const [group] = slotGroups;
    assert.equal(slotGroups.length, 1);
    assert.equal(group?.hardwareClass.id, 'webgpu/swiftshader/none');
    assert.equal(group.slots, 1);
    assert.match(group.driver, /^libvk_swiftshader\.so [0-9a-f]{12}$/);
  });

  it('returns the same outputs as the cpu, with several models in one process', async () => {
    const names = ['mlp-tiny', 'cnn-small'];
    const onGpu = await Promise.all(names.map((name) => loadOnGpu(digits(name))));
    assert.equal(new Set(onGpu.map(({ pid }) => pid)).size, 1);
    for (const [index, executor] of onGpu.entries()) {
      await using onCpu = await load(digits(names[index] ?? ''));
      const [got, reference] = await Promise.all([runImages(executor, 3), runImages(onCpu, 3)]);
      const expected = floatsOf(reference);
      assert.equal(expected.length, 30);
      for (const [at, value] of floatsOf(got).entries()) assert.ok(Math.abs(value - (expected[at] ?? 0)) < 1e-3);
    }
    const shares = onGpu.map((executor) => executor.memory());
    for (const share of shares) assert.ok((share?.privateBytes ?? 0) > 2 ** 20);
    await Promise.all(onGpu.map((executor) => executor[Symbol.asyncDispose]()));
  });

  it('unloads one of two models, and starts a new process after the last one', async () => {
    const first = await loadRoot();
    const second = await loadRoot();
    await first[Symbol.asyncDispose]();
    assert.deepEqual(await first.died, { kind: 'ended', reason: 'unloaded' });
    assert.equal((await runFloats(first, [4])).kind, 'died');
    assert.equal((await runFloats(second, [4])).kind, 'done');
    await second[Symbol.asyncDispose]();
    await using third = await loadRoot();
    assert.notEqual(third.pid, second.pid);
    assert.equal(floatsOf(await runFloats(third, [4]))[0], 2);
  });

  it('keeps its process when a model is rejected or a load is cancelled', async () => {
    await using executor = await loadRoot();
    const corrupted = await saveModel('corrupted', Buffer.from('not a model'));
    await assert.rejects(loadOnGpu(corrupted), { code: 'invalid-argument', message: /can't be loaded/ });
    const controller = new AbortController();
    const loading = loadOnGpu(root, controller.signal);
    // The load is in flight: its reply takes at least one iteration of the event loop.
    controller.abort();
    await assert.rejects(loading, { code: 'cancelled' });
    assert.equal((await runFloats(executor, [4])).kind, 'done');
  });

  it('ends all models when one hangs, each with the reason', async () => {
    const innocent = await loadRoot();
    const guilty = await loadOnGpu(await saveModel('loop', loopModel()));
    const hanging = runFloats(guilty, [1e18], milliseconds(1));
    const waiting = runFloats(innocent, [4]);
    const [hung, lost] = await Promise.all([hanging, waiting]);
    assert.ok(hung.kind === 'died' && hung.running);
    assert.equal(hung.death.kind, 'hung');
    assert.ok(lost.kind === 'died' && !lost.running);
    assert.equal(lost.death.kind, 'by-other-model');
    assert.match(lost.death.reason, /^another model ended the process that they share: hung: .* 5000 ms$/);
    assert.deepEqual(await innocent.died, lost.death);
    assert.deepEqual(await guilty.died, hung.death);
    await using again = await loadRoot();
    assert.equal((await runFloats(again, [4])).kind, 'done');
  });

  it('fails a measurement as unavailable when another model ended the process', async () => {
    const innocent = await loadRoot();
    const guilty = await loadRoot();
    const request = {
      signature,
      maxBatch: 64,
      runtimeVersion: '',
      profileMs: 300,
      coldLoadMs: milliseconds(1),
      predict: () => 1,
    };
    const measuring = measureProfile(
      innocent,
      { ...request, tokens: createFifoTokens(1), loads: gpuPool().loads },
      systemClock,
    );
    guilty.kill({ kind: 'hung', reason: 'hung: for this test' });
    await assert.rejects(measuring, {
      code: 'unavailable',
      message: /^.*another model ended the process that they share: hung: for this test$/,
    });
  });

  it('ends all models with the signal when the process is killed from outside', async () => {
    const both = [await loadRoot(), await loadRoot()];
    process.kill(both[0]?.pid ?? 0, 'SIGKILL');
    for (const executor of both) assert.match((await executor.died).reason, /signal SIGKILL/);
  });

  it('is measured, with the number of nodes that ran on the device', async () => {
    const { executor, coldLoadMs } = await measureLoadTimes(loadRoot, [root]);
    await using measured = executor;
    const profile = await measureProfile(
      measured,
      {
        signature,
        maxBatch: 4,
        runtimeVersion: '',
        profileMs: 300,
        coldLoadMs,
        tokens: createFifoTokens(1),
        loads: gpuPool().loads,
        predict: () => assert.fail('batches are padded to measured sizes'),
      },
      systemClock,
    );
    assert.deepEqual(
      profile.points.map(({ batch }) => batch),
      [1, 2, 4],
    );
    assert.deepEqual(profile.nodesByProvider, { webgpu: 1 });
    assert.equal(profile.predictionError, undefined);
    assert.equal(profile.providerUsed, 'webgpu');
  });

  it('fails a measurement when all nodes ran on the cpu', async () => {
    await using executor = await loadOnGpu(fixture('id-fp64'));
    const input = { name: 'x', datatype: 'FP64', dims: [4] } as const;
    const measuring = measureProfile(
      executor,
      {
        signature: { inputs: [input], outputs: [{ ...input, name: 'y' }], batched: true },
        maxBatch: 1,
        runtimeVersion: '',
        profileMs: 300,
        coldLoadMs: milliseconds(1),
        tokens: createFifoTokens(1),
        loads: gpuPool().loads,
        predict: () => 1,
      },
      systemClock,
    );
    const message = /webgpu was requested, but all 1 nodes ran on the cpu/;
    await assert.rejects(measuring, { code: 'failed-precondition', message });
  });
});
