// A worker that comes back with another instruction set, over real gRPC with fake workers and routers.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import { openEmbeddedStore } from '@pareto/state';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter } from '../support/fake-router.js';
import { startWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

const classIn = (record: string): string => (JSON.parse(record) as { readonly hardwareClass: string }).hardwareClass;

describe('a worker with another instruction set', () => {
  let folder: TempFolder;
  let controller: TestController;
  let cleanUp: (() => void)[];

  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    controller = await startController(folder.path);
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
  });
  afterEach(async () => {
    for (const clean of cleanUp) clean();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  for (const id of ['w1', 'w2']) {
    const title = id === 'w1' ? 'has its replicas' : 'and another name gets the replicas of the lost one';
    it(`${title}, with the accuracy of before, until they are measured`, async () => {
      const table = startRouter(controller.address);
      cleanUp.push(table.leave);
      const first = startWorker(controller.address, { id: 'w1' });
      await registerModel(controller, 'tiny', undefined, 'squares', ['original']);
      await until(
        'the replica',
        () => table.rows.has('variant/tiny:original/cpu/test/none') && first.replicas.size === 1,
      );
      first.leave();

      const measure = () => undefined;
      const second = startWorker(controller.address, {
        ...{ id, incarnation: '2', instructionSet: 'avx2', measure, provisional: true },
      });
      cleanUp.push(second.leave);
      const row = () => table.rows.get('variant/tiny:original/cpu/test/avx2')?.variant;
      await until('its provisional profile', () => row()?.placeable === true);
      assert.equal(row()?.accuracy?.value, 0.9);
      const routes = [...table.rows.values()].flatMap(({ replica }) => (replica?.workerId === id ? [replica] : []));
      assert.deepEqual(
        routes.map(({ workerId, hardwareClass, state }) => [workerId, hardwareClass, state]),
        [[id, 'cpu/test/avx2', 'READY']],
      );
      await until('its measurement', () => second.measured.length > 0);
    });
  }

  it('is stored with the memory of its slots, as are measurements and assignments', async () => {
    cleanUp.push(startWorker(controller.address, { id: 'w1', instructionSet: 'avx2' }).leave);
    const table = startRouter(controller.address);
    cleanUp.push(table.leave);
    await registerModel(controller, 'tiny', undefined, 'squares', ['original']);
    await until('the replica', () => table.ready().length === 1);
    await controller[Symbol.asyncDispose]();
    {
      await using store = await openEmbeddedStore(join(folder.path, 'store'), { clock: systemClock });
      const { entries } = await store.range('measurement/');
      assert.deepEqual(
        entries.map(({ key, value }) => [key, classIn(value)]),
        [['measurement/default/tiny:original/1/cpu/test/avx2/1g', 'cpu/test/avx2/1g']],
      );
      const assignments = (await store.range('assignment/')).entries;
      assert.deepEqual(
        assignments.map(({ value }) => classIn(value)),
        ['cpu/test/avx2/1g'],
      );
      const workers = (await store.range('worker/')).entries;
      assert.match(workers[0]?.value ?? '', /"id":"cpu\/test\/avx2\/1g"/);
    }
    controller = await startController(folder.path);
    const { variants } = await controller.registry.describe({ name: 'tiny' });
    assert.deepEqual(
      variants[0]?.measurements.map(({ hardwareClass }) => hardwareClass),
      ['cpu/test/avx2'],
    );
  });
});
