import assert from 'node:assert/strict';
import { createSeededRng, milliseconds, systemClock } from '@pareto/core';
import { createHurriedClock, findSoftwareGpu, loopModel, rootModel } from '@pareto/testkit';
import {
  createExecutorPool,
  createSlotTokens,
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
  /** A model that takes little to compile: most tests are about processes and not about answers. */
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

  it('is found by name, with its driver', async () => {
    const { slotGroups } = await discoverHardware(options, gpuPool());
    const [group] = slotGroups;
    assert.equal(slotGroups.length, 1);
    assert.equal(group?.hardwareClass.id, 'webgpu/swiftshader/none/4g');
    assert.equal(group.slots, 1);
    assert.match(group.driver, /^libvk_swiftshader\.so [0-9a-f]{12}$/);
  });

  it('gives the answers that the cpu gives, from several models in one process', async () => {
    const names = ['mlp-tiny', 'cnn-small'];
    const onGpu = await Promise.all(names.map((name) => loadOnGpu(digits(name))));
    assert.equal(new Set(onGpu.map(({ pid }) => pid)).size, 1);
    for (const [index, executor] of onGpu.entries()) {
      await using onCpu = await load(digits(names[index] ?? ''));
      const [got, wanted] = await Promise.all([runImages(executor, 3), runImages(onCpu, 3)]);
      const expected = floatsOf(wanted);
      assert.equal(expected.length, 30);
      for (const [place, value] of floatsOf(got).entries()) assert.ok(Math.abs(value - (expected[place] ?? 0)) < 1e-3);
    }
    const shares = await Promise.all(onGpu.map((executor) => executor.memory()));
    for (const share of shares) assert.ok((share?.privateBytes ?? 0) > 2 ** 20);
    await Promise.all(onGpu.map((executor) => executor[Symbol.asyncDispose]()));
  });

  it('unloads one model and not the other, and starts a fresh process after the last', async () => {
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

  it('lives on when one model is refused, or a load is called off', async () => {
    await using executor = await loadRoot();
    const corrupted = await saveModel('corrupted', Buffer.from('not a model'));
    await assert.rejects(loadOnGpu(corrupted), { code: 'invalid-argument', message: /can't be loaded/ });
    const controller = new AbortController();
    const loading = loadOnGpu(root, controller.signal);
    // The load is in flight: its reply takes at least one turn of the event loop.
    controller.abort();
    await assert.rejects(loading, { code: 'cancelled' });
    assert.equal((await runFloats(executor, [4])).kind, 'done');
  });

  it('ends all models when one hangs, and tells each why', async () => {
    const innocent = await loadRoot();
    const guilty = await loadOnGpu(await saveModel('loop', loopModel()));
    const hanging = runFloats(guilty, [1e18], milliseconds(1));
    const waiting = runFloats(innocent, [4]);
    const [hung, lost] = await Promise.all([hanging, waiting]);
    assert.ok(hung.kind === 'died' && hung.running);
    assert.equal(hung.death.kind, 'hung');
    assert.ok(lost.kind === 'died' && !lost.running);
    assert.equal(lost.death.kind, 'beside');
    assert.match(lost.death.reason, /^the device process ended: hung: .* 5000 ms; this model was beside it$/);
    assert.deepEqual(await innocent.died, lost.death);
    assert.deepEqual(await guilty.died, hung.death);
    await using again = await loadRoot();
    assert.equal((await runFloats(again, [4])).kind, 'done');
  });

  it('measures nothing of a model whose process another ended: it is to be tried again', async () => {
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
      { ...request, tokens: createSlotTokens(1), loads: gpuPool().loads },
      systemClock,
    );
    guilty.kill({ kind: 'hung', reason: 'hung: for this test' });
    await assert.rejects(measuring, { code: 'unavailable', message: /hung: for this test; this model was beside it/ });
  });

  it('tells all models of an end from outside, as nobody knows whose fault it is', async () => {
    const both = [await loadRoot(), await loadRoot()];
    process.kill(both[0]?.pid ?? 0, 'SIGKILL');
    for (const executor of both) assert.match((await executor.died).reason, /signal SIGKILL/);
  });

  it('is measured there, with proof that the nodes ran there', async () => {
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
        tokens: createSlotTokens(1),
        loads: gpuPool().loads,
        predict: () => assert.fail('batches are filled up to measured sizes'),
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

  it('refuses to be measured when every node ran on the cpu', async () => {
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
        tokens: createSlotTokens(1),
        loads: gpuPool().loads,
        predict: () => 1,
      },
      systemClock,
    );
    const message = /webgpu was asked for, but all 1 nodes ran on the cpu/;
    await assert.rejects(measuring, { code: 'failed-precondition', message });
  });
});
