import assert from 'node:assert/strict';
import { readProcessMemory } from '../../src/processes/process-memory.js';
import { load, saveModel } from '../support/harness.js';
import { matrixModel } from '@pareto/testkit';

describe('unloading', function () {
  this.timeout(60_000);

  it('frees all memory: the parent does not grow by three loads of a 36 MB model', async () => {
    const file = await saveModel('large', matrixModel(3000));
    const resident = (): number => readProcessMemory(process.pid)?.privateBytes ?? 0;
    const loadOnce = async (): Promise<number> => {
      await using executor = await load(file);
      return executor.memory()?.privateBytes ?? 0;
    };
    await loadOnce();
    const before = resident();
    for (let round = 0; round < 3; round++) assert.ok((await loadOnce()) > 30e6);
    assert.ok(resident() - before < 60e6, 'the parent grew');
  });
});
