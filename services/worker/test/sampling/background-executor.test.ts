import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds, systemClock, type Milliseconds } from '@pareto/core';
import { createExecutorPool, type ExecutorPool } from '@pareto/runtime';
import { createTempFolder, endlessModel, matrixModel, waitFor, type TempFolder } from '@pareto/testkit';
import { createStepMemory } from '../../src/devices/step-memory.js';
import { loadInBackground, type BackgroundDeps } from '../../src/sampling/background-executor.js';

describe('an executor beside the replicas', function () {
  this.timeout(60_000);
  let pool: ExecutorPool;
  let folder: TempFolder;
  let path = '';
  const guests = createStepMemory();

  before(async () => {
    pool = createExecutorPool({ size: 0, clock: systemClock });
    folder = await createTempFolder();
    path = join(folder.path, 'model.onnx');
  });
  after(async () => {
    await pool[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const deps = (mostComputing?: Milliseconds): BackgroundDeps => ({
    pool,
    stepMemory: guests,
    memoryLimitBytes: () => 2 ** 30,
    clock: systemClock,
    ...(mostComputing && { maxComputeMs: mostComputing }),
  });
  const one = [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [Buffer.alloc(4)] }] as const;

  it('that computes for ever is ended by the time that it has computed', async () => {
    await writeFile(path, endlessModel());
    await using model = await loadInBackground(
      'the original',
      path,
      deps(milliseconds(300)),
      new AbortController().signal,
    );
    await assert.rejects(model.run(one), {
      code: 'failed-precondition',
      message: "the original doesn't run: hung: a run computed for more than 300 ms",
    });
  });

  it('is called by its name where it can not be loaded', async () => {
    await writeFile(path, 'no model');
    const { signal } = new AbortController();
    await assert.rejects(loadInBackground('the made file', path, deps(), signal), {
      code: 'invalid-argument',
      message: /^the made file can't be loaded: /,
    });
    await writeFile(path, matrixModel(1));
    const calledOff = new AbortController();
    const loading = loadInBackground('the original', path, deps(), calledOff.signal);
    calledOff.abort(new Error('enough'));
    await assert.rejects(loading, { code: 'cancelled', message: /^loading the original failed: / });
  });

  it('gives way to all others, and its memory counts while it is there', async () => {
    await writeFile(path, matrixModel(1));
    const calledOff = new AbortController();
    const loaded: number[] = [];
    const watched = {
      ...pool,
      load: async (...args: Parameters<ExecutorPool['load']>) => {
        const executor = await pool.load(...args);
        loaded.push(executor.pid);
        return executor;
      },
    };
    const model = await loadInBackground('it', path, { ...deps(), pool: watched }, calledOff.signal);
    assert.equal(getPriority(loaded[0]), 19);
    assert.deepEqual(
      (await model.run(one)).map(({ shape }) => shape),
      [[1, 1]],
    );
    await waitFor('memory', async () => {
      await guests.refresh();
      return guests.bytes > 0 ? true : undefined;
    });
    calledOff.abort(new Error('enough'));
    await waitFor('its end', () => (guests.bytes === 0 ? true : undefined));
    await assert.rejects(model.run(one), /unloaded/);
  });
});
