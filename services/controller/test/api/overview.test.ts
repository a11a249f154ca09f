import assert from 'node:assert/strict';
import { bytes } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { profileFor, startWorker, type FakeWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

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
      startWorker(controller.address, {
        ...{ id: 'w1', limitsReached: [{ limit: 'replica-queue', count: 4 }] },
        userIdShortage: 'processes share a user id: all are in use',
      }),
      startWorker(controller.address, { id: 'w3', userIdShortage: 'processes share a user id: all are in use' }),
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
    const { notices } = await controller.fleet.overview({});
    assert.deepEqual(notices, ['worker w1 and 1 more: processes share a user id: all are in use']);
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
    assert.deepEqual((await controller.fleet.overview({})).notices, [
      'worker w3: processes share a user id: all are in use',
    ]);
  });
});

describe('the overview of a new leader', () => {
  it('has its age, and the workers for which it waits', async () => {
    await using folder = await createTempFolder();
    const first = await startController(folder.path);
    const worker = startWorker(first.address, { id: 'w1' });
    const workerOf = async ({ fleet }: TestController): Promise<wire.Worker | undefined> =>
      (await fleet.overview({})).workers[0];
    const joined = await waitFor('the worker', async () =>
      (await workerOf(first))?.connected ? workerOf(first) : undefined,
    );
    assert.equal(joined.awaited, false);
    worker.leave();
    await first[Symbol.asyncDispose]();
    await using second = await startController(folder.path);
    const { leadingMs } = await second.fleet.overview({});
    assert.ok(leadingMs > 0 && leadingMs < 1_000, String(leadingMs));
    const awaited = await workerOf(second);
    assert.deepEqual([awaited?.connected, awaited?.awaited], [false, true]);
    await waitFor('the end of the wait', async () => ((await workerOf(second))?.awaited === false ? true : undefined));
  });
});

describe('the loads in the overview', () => {
  it('have the share of the queries that no variant can meet', async () => {
    await using folder = await createTempFolder();
    await using controller = await startController(folder.path);
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    const router = startRouter(controller.address);
    router.demand({ target: 'squares', requests: 8, items: 8, refused: 4, infeasible: 2 });
    const load = await waitFor('the demand', async () => {
      const [task] = (await controller.fleet.overview({})).tasks;
      return task?.attainment === undefined ? undefined : task;
    });
    assert.deepEqual([load.attainment, load.infeasibleShare], [0.5, 0.25]);
    router.leave();
  });
});

describe('the reasons in the overview', () => {
  let folder: TempFolder;
  let controller: TestController;
  let worker: FakeWorker;

  beforeEach(async () => {
    folder = await createTempFolder();
    controller = await startController(folder.path);
    worker = startWorker(controller.address, { id: 'w1', measure: profileWithMemory });
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    await registerModel(controller, 'tiny');
    await waitFor('the first replica', () => worker.replicas.size === 1 || undefined);
    await registerModel(controller, 'large');
  });
  afterEach(async () => {
    worker.leave();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('are the source and reason of each replica, and of each need that is not met', async () => {
    const { workers, unmetNeeds } = await waitFor('an unmet need and a kept replica', async () => {
      const overview = await controller.fleet.overview({});
      const isKept = overview.workers[0]?.replicas[0]?.placement?.source;
      return overview.unmetNeeds.length > 0 && isKept ? overview : undefined;
    });
    const reason = 'required: cheapest, most accurate or pinned of its task';
    assert.deepEqual(
      workers[0]?.replicas.map(({ variant, placement }) => [variant, placement]),
      [['tiny:original', { source: 'minimum', reason }]],
    );
    assert.deepEqual(
      unmetNeeds.map(({ ageMs: _, ...need }) => need),
      [
        {
          ...{ variant: 'large:original', source: 'minimum', cause: 'memory' },
          reason: `${reason}: no worker has a slot and 600.0 MiB for it`,
        },
      ],
    );
    const listed = await controller.fleet.listWorkers({});
    assert.equal(listed.workers[0]?.replicas[0]?.placement?.source, 'minimum');
  });

  it('have the time for which a need has not been met, which ends when it is met', async () => {
    const ageOf = async (): Promise<number | undefined> =>
      (await controller.fleet.overview({})).unmetNeeds.find(({ variant }) => variant === 'large:original')?.ageMs;
    const first = await waitFor('an unmet need', ageOf);
    await waitFor('the time to pass', async () => ((await ageOf()) ?? 0) > first + 1_000 || undefined);
    const roomy = startWorker(controller.address, { id: 'w2' });
    try {
      await waitFor('the need to be met', async () => (await ageOf()) === undefined || undefined);
    } finally {
      roomy.leave();
    }
  });
});

/** More than half of the worker's memory, so that only one variant fits. */
const replicaBytes = bytes(600 * 2 ** 20);

function profileWithMemory({ spec }: wire.MeasureOrder): ReturnType<typeof profileFor> {
  const result = profileFor(spec?.variant ?? '');
  if (result.kind !== 'measured') return result;
  return { ...result, profile: { ...result.profile, memoryBytes: replicaBytes } };
}
