import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { BlobCache } from '@pareto/blobs';
import { hardwareClassId, replicaId, systemClock, type TensorSpec } from '@pareto/core';
import { createExecutorPool, createFifoTokens } from '@pareto/runtime';
import { buildVariantSpec, createTempFolder, matrixModel, waitFor } from '@pareto/testkit';
import { createExecutorLoader, type ExecutorLoader } from '../../src/replicas/executor-loader.js';

describe('the loader of an executor', function () {
  this.timeout(60_000);

  for (const event of ['loaded', 'warmed'] as const) {
    it(`ends when it is unloaded as soon as the model is ${event}`, async () => {
      await using folder = await createTempFolder();
      await using pool = createExecutorPool({ size: 0, clock: systemClock });
      const path = folder.file('model.onnx');
      await writeFile(path, matrixModel(1));
      let released = 0;
      const release = async (): Promise<void> => void (released += 1);
      const cache: BlobCache = {
        sizeBytes: 0,
        open: () => assert.fail('no single blob is opened'),
        openModel: async () => ({ path, release }),
      };
      const tensor = (name: string): TensorSpec => ({ name, datatype: 'FP32', dims: [1] });
      const signature = { inputs: [tensor('x')], outputs: [tensor('y')], batched: true };
      let ended: Promise<void> | undefined;
      const events: string[] = [];
      const loader: ExecutorLoader = createExecutorLoader({
        replica: replicaId('r1'),
        driver: {
          dispatch({ kind }) {
            events.push(kind);
            if (kind === event) ended = loader.unload();
          },
        },
        deps: { pool, cache, tokens: createFifoTokens(1), slotCount: 1, clock: systemClock },
        executorOptions: ({ spec, profile }) => ({ spec, profile, memoryLimitBytes: 2 ** 30, warmSizes: [1] }),
        hasRoom: () => true,
        settled: async () => undefined,
        prepare: async () => undefined,
        onProvisional: () => undefined,
        onDeath: () => assert.fail('the executor was unloaded'),
      });
      const assignment = { replica: replicaId('r1'), spec: buildVariantSpec({ signature }), profile: undefined };
      loader.load({ ...assignment, hardwareClass: hardwareClassId('cpu/x'), batchCeiling: 1, usdPerHour: 0 }, 0);
      await waitFor('the event', () => ended && true);
      await ended;
      assert.equal(loader.executor, undefined);
      assert.equal(released, 1, 'the files are released');
      assert.deepEqual(events, event === 'loaded' ? ['loaded', 'died'] : ['loaded', 'warmed', 'died']);
    });
  }
});
