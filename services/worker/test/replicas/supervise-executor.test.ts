import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { BlobCache } from '@pareto/blobs';
import { systemClock, type TensorSpec } from '@pareto/core';
import { createExecutorPool, createFifoTokens } from '@pareto/runtime';
import { buildVariantSpec, createTempFolder, matrixModel, waitFor } from '@pareto/testkit';
import { superviseExecutor, type ExecutorSupervisor } from '../../src/replicas/supervise-executor.js';

describe('supervision of an executor', function () {
  this.timeout(60_000);

  for (const event of ['loaded', 'warmed'] as const) {
    it(`ends when it is ended as soon as the model is ${event}`, async () => {
      await using folder = await createTempFolder();
      await using pool = createExecutorPool({ size: 0, clock: systemClock });
      const path = folder.file('model.onnx');
      await writeFile(path, matrixModel(1));
      let released = 0;
      const release = async (): Promise<void> => void (released += 1);
      const cache: BlobCache = {
        open: () => assert.fail('no single blob is opened'),
        openModel: async () => ({ path, release }),
      };
      const tensor = (name: string): TensorSpec => ({ name, datatype: 'FP32', dims: [1] });
      const signature = { inputs: [tensor('x')], outputs: [tensor('y')], batched: true };
      let ended: Promise<void> | undefined;
      const supervisor: ExecutorSupervisor = superviseExecutor({
        deps: { pool, cache, tokens: createFifoTokens(1), slotCount: 1, clock: systemClock },
        executorOptions: () => ({
          spec: buildVariantSpec({ signature }),
          memoryLimitBytes: 2 ** 30,
          warmSizes: [1],
          profile: undefined,
        }),
        prepare: async () => undefined,
        onEvent: ({ kind }) => {
          if (kind === event) ended = supervisor.end();
        },
        hasRoom: () => true,
        attach: () => undefined,
        settled: async () => undefined,
        detach: async () => undefined,
        onProvisional: () => undefined,
        reasonNotToReplace: () => undefined,
      });
      await waitFor('the event', () => ended && true);
      await ended;
      assert.equal(supervisor.executor, undefined);
      assert.equal(released, 1, 'the files are released');
    });
  }
});
