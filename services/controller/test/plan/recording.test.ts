import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { replayTurnLog } from '@pareto/policy';
import { createTempFolder, waitFor } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { startWorker } from '../support/fake-worker.js';
import { startController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('the recording of a controller', () => {
  it('gives the same decisions when it is replayed', async () => {
    await using folder = await createTempFolder();
    const record = folder.file('turns.jsonl');
    {
      await using controller = await startController(folder.path, { record });
      await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
      const workers = ['w1', 'w2'].map((id) => startWorker(controller.address, { id }));
      try {
        for (const name of ['tiny', 'other']) await registerModel(controller, name);
        await waitFor('a replica of each', () =>
          workers.flatMap(({ replicas }) => [...replicas]).length >= 2 ? true : undefined,
        );
      } finally {
        for (const worker of workers) worker.leave();
      }
    }
    const replayed = [...replayTurnLog(readFileSync(record, 'utf8').split('\n'))];
    for (const { line, decided } of replayed) assert.deepEqual({ ...line, ...decided }, line);
    const loads = replayed.flatMap(({ line }) =>
      line.call === 'plan' ? line.actions.filter(({ kind }) => kind === 'load') : [],
    );
    assert.ok(loads.length >= 2, `${loads.length} loads`);
  });
});
