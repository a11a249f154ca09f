import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { environmentOnly, type Isolation } from '@pareto/isolation';
import { createTempFolder, loopModel } from '@pareto/testkit';
import { createExecutorPool } from '../../src/index.js';
import { floatsOf, runFloats, saveModel } from '../support/harness.js';

const options = { provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 } as const;

describe('a pool that warms up its processes', function () {
  this.timeout(60_000);

  it('loads a model into a process that has run the built-in one, also while that runs', async () => {
    await using folder = await createTempFolder();
    await using pool = createExecutorPool({ size: 1, warmUpFolder: folder.path, clock: systemClock });
    await pool.runtime();
    const modelPath = await saveModel('loop', loopModel());
    for (let round = 0; round < 2; round++) {
      await using executor = await pool.load({ ...options, modelPath });
      assert.deepEqual(floatsOf(await runFloats(executor, [1, 2, 3])), [1, 2, 3]);
    }
  });
});

describe('a pool that loads one model at a time', function () {
  this.timeout(60_000);

  it('loads them in the order of the calls, without those that were cancelled meanwhile', async () => {
    await using pool = createExecutorPool({ size: 0, loadsAtOnce: 1, clock: systemClock });
    const modelPath = await saveModel('loop', loopModel());
    const cancelling = new AbortController();
    const inProgress: number[] = [];
    const load = async (signal?: AbortSignal): Promise<void> => {
      await using _executor = await pool.load({ ...options, modelPath }, signal);
      inProgress.push(pool.loads.inProgress);
    };
    const loading = [load(), load(cancelling.signal), load()];
    assert.deepEqual(pool.loads, { begun: 0, inProgress: 0 });
    cancelling.abort(new Error('not needed'));
    const outcomes = await Promise.allSettled(loading);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(pool.loads.begun, 2);
    assert.ok(Math.max(...inProgress) <= 1, inProgress.join());
  });
});

describe('a pool whose processes cannot be started for lack of a user id', function () {
  this.timeout(60_000);

  it('rejects a load with the reason, and keeps those that succeeded', async () => {
    let left = 1;
    const isolation: Isolation = {
      start(program) {
        if (left === 0) throw new Error('no user id is free');
        left -= 1;
        return environmentOnly.start(program);
      },
    };
    await using pool = createExecutorPool({ size: 1, clock: systemClock, isolation });
    const modelPath = await saveModel('loop', loopModel());
    await using executor = await pool.load({ ...options, modelPath });
    await assert.rejects(pool.load({ ...options, modelPath }), /no user id is free/);
    assert.deepEqual(floatsOf(await runFloats(executor, [1, 2, 3])), [1, 2, 3]);
    left = 1;
    await using _other = await pool.load({ ...options, modelPath });
  });
});
