import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds, systemClock, type Milliseconds } from '@pareto/core';
import { createExecutorPool, type ExecutorPool } from '@pareto/runtime';
import { createTempFolder, endlessModel, matrixModel, waitFor, type TempFolder } from '@pareto/testkit';
import { createStepMemory } from '../../src/devices/step-memory.js';
import { loadInBackground, type BackgroundDeps } from '../../src/sampling/background-executor.js';

describe('background executor', function () {
  this.timeout(60_000);
  let pool: ExecutorPool;
  let folder: TempFolder;
  let path = '';
  const stepMemory = createStepMemory();

  before(async () => {
    pool = createExecutorPool({ size: 0, clock: systemClock });
    folder = await createTempFolder();
    path = join(folder.path, 'model.onnx');
  });
  after(async () => {
    await pool[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const deps = (maxComputeMs?: Milliseconds): BackgroundDeps => ({
    pool,
    stepMemory,
    memoryLimitBytes: () => 2 ** 30,
    clock: systemClock,
    ...(maxComputeMs && { maxComputeMs }),
  });
  const one = [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [Buffer.alloc(4)] }] as const;

  it('is killed when a run exceeds its limit of CPU time', async () => {
    await writeFile(path, endlessModel());
    await using model = await loadInBackground(
      'the original',
      path,
      deps(milliseconds(300)),
      new AbortController().signal,
    );
    await assert.rejects(model.run(one), {
      code: 'failed-precondition',
      message: "the original doesn't run: hung: a run used more than 300 ms of CPU time",
    });
  });

  it('is named in the errors of a load', async () => {
    await writeFile(path, 'no model');
    const { signal } = new AbortController();
    await assert.rejects(loadInBackground('the generated file', path, deps(), signal), {
      code: 'invalid-argument',
      message: /^the generated file can't be loaded: /,
    });
    await writeFile(path, matrixModel(1));
    const controller = new AbortController();
    const loading = loadInBackground('the original', path, deps(), controller.signal);
    controller.abort(new Error('enough'));
    await assert.rejects(loading, { code: 'cancelled', message: /^loading the original failed: / });
  });

  it('has the lowest priority, and its memory counts until it ends', async () => {
    await writeFile(path, matrixModel(1));
    const controller = new AbortController();
    const loaded: number[] = [];
    const watched = {
      ...pool,
      load: async (...args: Parameters<ExecutorPool['load']>) => {
        const executor = await pool.load(...args);
        loaded.push(executor.pid);
        return executor;
      },
    };
    const model = await loadInBackground('the model', path, { ...deps(), pool: watched }, controller.signal);
    assert.equal(getPriority(loaded[0]), 19);
    assert.deepEqual(
      (await model.run(one)).map(({ shape }) => shape),
      [[1, 1]],
    );
    await waitFor('the memory of the executor', () => {
      stepMemory.refresh();
      return stepMemory.bytes > 0 ? true : undefined;
    });
    controller.abort(new Error('enough'));
    await waitFor('the end of the executor', () => (stepMemory.bytes === 0 ? true : undefined));
    await assert.rejects(model.run(one), /unloaded/);
  });
});
