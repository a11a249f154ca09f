import assert from 'node:assert/strict';
import { readProcessMemory } from '../../src/processes/process-memory.js';
import { load, saveModel } from '../support/harness.js';
import { matrixModel } from '@pareto/testkit';

describe('unloading', function () {
  this.timeout(60_000);

  it('gives everything back: six loads of a 36 MB model leave the parent as it was', async () => {
    const file = await saveModel('large', matrixModel(3000));
    const resident = async (): Promise<number> => (await readProcessMemory(process.pid))?.privateBytes ?? 0;
    const turn = async (): Promise<number> => {
      await using executor = await load(file);
      return (await executor.memory())?.privateBytes ?? 0;
    };
    await turn();
    const before = await resident();
    for (let round = 0; round < 6; round++) assert.ok((await turn()) > 30e6);
    assert.ok((await resident()) - before < 60e6, 'the parent grew');
  });
});
