// A leader that receives nothing from its workers, and a worker whose stream ends after a silence.

import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('a leader that receives nothing from workers', function () {
  this.timeout(60_000);
  let folder: TempFolder;
  let controller: TestController;
  let cleanUp: (() => unknown)[];
  const worker = (id: string, before?: FakeWorker): FakeWorker => {
    const one = startWorker(controller.address, { id, ...(before === undefined ? {} : { replicas: before.replicas }) });
    cleanUp.push(one.leave);
    return one;
  };
  const ids = ({ replicas }: FakeWorker): readonly string[] => [...replicas.keys()].sort();

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    controller = await startController(folder.path);
  });
  afterEach(async () => {
    for (const clean of cleanUp) clean();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const settle = async (table: FakeRouter): Promise<void> => {
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    for (const name of ['tiny', 'large']) await registerModel(controller, name);
    await waitFor('the required variants', () => (table.ready().length >= 4 ? true : undefined));
    await clock.sleep(milliseconds(2_000));
  };
  const router = (): FakeRouter => {
    const table = startRouter(controller.address);
    cleanUp.push(table.leave);
    return table;
  };

  it('lets none of them expire, and unloads nothing when they rejoin one by one', async () => {
    const before = [worker('w1'), worker('w2')];
    const table = router();
    await settle(table);
    const [ready, held] = [table.ready(), before.map(ids)];
    const seen = new Set([ready.join()]);
    const polling = setInterval(() => seen.add(table.ready().join()), 5);
    cleanUp.push(() => clearInterval(polling));

    for (const one of before) one.leave();
    await clock.sleep(milliseconds(3_000));
    const after: FakeWorker[] = [];
    for (const [i, one] of before.entries()) {
      after.push(worker(`w${i + 1}`, one));
      await clock.sleep(milliseconds(1_000));
    }
    await clock.sleep(milliseconds(2_000));
    assert.deepEqual([...seen], [ready.join()]);
    assert.deepEqual(after.map(ids), held);
  });

  it('unloads nothing of one that rejoins as soon as its stream is ended for unresponsiveness', async () => {
    const [one] = [worker('w1'), worker('w2')];
    const table = router();
    await settle(table);
    const held = ids(one);
    one.stopReporting();
    await waitFor('the end of its stream', () => one.ended());
    const again = worker('w1', one);
    await waitFor('complete assignments', () => again.assignments.find(({ keepUnlisted }) => !keepUnlisted));
    assert.deepEqual(ids(again), held);
  });
});
