import assert from 'node:assert/strict';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';

describe('the overview', () => {
  let folder: TempFolder;
  let controller: TestController;
  let router: FakeRouter;
  let workers: readonly FakeWorker[];

  before(async () => {
    folder = await createTempFolder();
    controller = await startController(folder.path);
    router = startRouter(controller.address);
    workers = [
      startWorker(controller.address, { id: 'w1', limitsReached: [{ limit: 'replica-queue', count: 4 }] }),
      // As a worker of the previous release.
      startWorker(controller.address, { id: 'w2' }),
    ];
  });
  after(async () => {
    router.leave();
    for (const worker of workers) worker.leave();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('has the limits that routers, connected workers and the leader reached', async () => {
    const name = 'x'.repeat(2 ** 21);
    await assert.rejects(controller.registry.describe({ name }), { code: 'resource-exhausted' });
    const reached = await waitFor('the reports', async () => {
      router.limits([{ limit: 'connections', count: 12 }]);
      const { limitsReached } = await controller.fleet.overview({});
      return limitsReached.length === 3 ? limitsReached : undefined;
    });
    assert.deepEqual(reached, [
      { service: 'router', id: 'r1', limits: [{ limit: 'connections', count: 12 }] },
      { service: 'worker', id: 'w1', limits: [{ limit: 'replica-queue', count: 4 }] },
      { service: 'controller', id: '', limits: [{ limit: 'small-message-bytes', count: 1 }] },
    ]);
    workers[0]?.leave();
    await waitFor('the end of the session', async () => {
      const { limitsReached } = await controller.fleet.overview({});
      return limitsReached.every(({ service }) => service !== 'worker') ? true : undefined;
    });
  });
});
