import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { loopModel } from '@pareto/testkit';
import { createExecutorPool } from '../../src/index.js';
import { floatsOf, runFloats, saveModel } from '../support/harness.js';

const options = { provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 } as const;

describe('a pool that warms up its processes', function () {
  this.timeout(60_000);

  it('loads a model into a process that has run the built-in one, also while that runs', async () => {
    await using pool = createExecutorPool({ size: 1, warmUp: true, clock: systemClock });
    await pool.runtime();
    const modelPath = await saveModel('loop', loopModel());
    for (let round = 0; round < 2; round++) {
      await using executor = await pool.load({ ...options, modelPath });
      assert.deepEqual(floatsOf(await runFloats(executor, [1, 2, 3])), [1, 2, 3]);
    }
  });
});
