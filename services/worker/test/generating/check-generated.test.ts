import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { createModelReader, generators } from '@pareto/models';
import { createExecutorPool } from '@pareto/runtime';
import { createTempFolder, onnxType, writeModel, type Value } from '@pareto/testkit';
import { writeFile } from 'node:fs/promises';
import { createStepMemory } from '../../src/devices/step-memory.js';
import { checkGenerated } from '../../src/generating/check-generated.js';
import { syntheticSamples } from '../../src/sampling/samples.js';

describe('the check of a file with a dynamic batch', function () {
  this.timeout(60_000);

  for (const { first, loads, name } of [
    { first: '', loads: 1, name: 'loads it alone if the original has an open batch' },
    { first: 1, loads: 2, name: 'loads the original too if its batch is fixed' },
  ]) {
    it(name, async () => {
      await using folder = await createTempFolder();
      const save = async (path: string, batch: string | number): Promise<string> => {
        const value = (tensor: string): Value => ({ name: tensor, type: onnxType.float, dims: [batch, 4] });
        const nodes = [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }];
        await writeFile(folder.file(path), writeModel({ nodes, inputs: [value('x')], outputs: [value('y')] }));
        return folder.file(path);
      };
      await using pool = createExecutorPool({ size: 0, clock: systemClock });
      using reader = createModelReader({ clock: systemClock });
      const originalPath = await save('original.onnx', first);
      const { signature } = await reader.inspect(originalPath);
      const generator = generators.get('dynamic-batch') ?? assert.fail();
      const { problem } = await checkGenerated({
        ...{ pool, reader, generator, signature, originalPath, batch: 1, clock: systemClock },
        ...{ generatedPath: await save('generated.onnx', 'batch'), stepMemory: createStepMemory() },
        samples: syntheticSamples(
          { ...signature, inputs: [{ name: 'x', datatype: 'FP32', dims: [4] }], batched: true },
          16,
        ),
        memoryLimitBytes: () => 2 ** 30,
        reportProgress: () => undefined,
        signal: new AbortController().signal,
      });
      assert.deepEqual([problem, pool.loads.begun], [undefined, loads]);
    });
  }
});
