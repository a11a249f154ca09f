import assert from 'node:assert/strict';
import { createFakeStorage, startFakeController } from '../../support/fake-controller.js';
import { startProgram } from '../../support/run-program.js';

describe('forget', () => {
  it('removes a worker, and prints why it can not', async () => {
    const storage = createFakeStorage();
    using controller = await startFakeController(storage);
    const run = (worker: string) => startProgram('--controller', controller.address, 'forget', worker).ended;
    assert.deepEqual(await run('w2'), { code: 0, stdout: 'w2 is removed\n', stderr: '' });
    assert.deepEqual(await run('w1'), { code: 1, stdout: '', stderr: 'pareto: worker w1 is connected\n' });
    assert.deepEqual(storage.calls, ['forget w2', 'forget w1']);
  });
});
