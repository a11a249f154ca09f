// A restored or wiped store, while the fleet serves.

import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { backupStore, openEmbeddedStore, restoreStore, type Store } from '@pareto/state';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { createRestorableStore, type RestorableStore } from '../support/restorable-store.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('after a restore of the store, the controller', () => {
  let folder: TempFolder;
  let store: RestorableStore;
  let controller: TestController;
  let cleanUp: (() => unknown)[];

  const worker = (id: string, before?: FakeWorker): FakeWorker => {
    const started = startWorker(controller.address, before === undefined ? { id } : { id, replicas: before.replicas });
    cleanUp.push(started.leave);
    return started;
  };
  const router = (): FakeRouter => {
    const started = startRouter(controller.address);
    cleanUp.push(started.leave);
    return started;
  };
  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));
  const openStore = async (name: string): Promise<Store> => {
    const opened = await openEmbeddedStore(folder.file(name), { clock });
    cleanUp.unshift(() => opened[Symbol.asyncDispose]());
    return opened;
  };
  const registerAll = async (...names: readonly string[]): Promise<void> => {
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    for (const name of names) await registerModel(controller, name);
  };
  const settled = async (table: FakeRouter, count: number): Promise<readonly string[]> => {
    await until('the required variants', () => table.ready().length >= count);
    for (let ready = table.ready(); ; ready = table.ready()) {
      await clock.sleep(milliseconds(1_200));
      if (table.ready().join() === ready.join()) return ready;
    }
  };
  const restored = async (other: Store, workers: readonly FakeWorker[]): Promise<void> => {
    store.become(other);
    await until('the end of the streams', () => workers.every((one) => one.ended() !== undefined));
    await waitFor('a leader', async () => ((await controller.fleet.overview({})).leader === '' ? undefined : true));
  };
  const ids = (one: FakeWorker): readonly string[] => [...one.replicas.keys()].sort();

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    store = createRestorableStore(await openStore('first'));
    controller = await startController(folder.path, {}, { store });
    cleanUp.push(() => controller[Symbol.asyncDispose]());
  });
  afterEach(async () => {
    for (const clean of cleanUp.toReversed()) await clean();
    await folder[Symbol.asyncDispose]();
  });

  it('adopts the running replicas with an unchanged table, and lists a notice', async () => {
    await registerAll('tiny');
    await backupStore(store, folder.file('early'));
    const before = [worker('w1'), worker('w2')];
    const table = router();
    const ready = await settled(table, 2);
    const other = await openStore('second');
    await restoreStore(other, folder.file('early'));
    const seen = new Set<string>();
    const watch = setInterval(() => seen.add(table.ready().join()), 5);
    cleanUp.push(() => clearInterval(watch));

    await restored(other, before);
    const after = before.map((one, i) => worker(`w${i + 1}`, one));
    await until('the plan to be settled', () =>
      after.every((one) => (one.assignments.at(-1)?.replicas.length ?? 0) > 0),
    );
    await clock.sleep(milliseconds(2_000));
    assert.deepEqual([...seen], [ready.join()]);
    assert.deepEqual(
      after.map((one) => ids(one)),
      before.map((one) => ids(one)),
    );
    assert.ok(after.every((one) => one.measured.length <= 1));
    const { notices } = await controller.fleet.overview({});
    assert.match(notices.join(), /wiped or restored/);
    const assigned = (await other.range('assignment/')).entries.map(({ key }) => key.split('/').at(-1));
    assert.deepEqual(assigned.sort(), before.flatMap((one) => ids(one)).sort());
  });

  it('adopts the replicas of a worker that joins after turns without anything to adopt', async () => {
    await registerAll('tiny');
    await backupStore(store, folder.file('early'));
    const before = worker('w1');
    await settled(router(), 1);
    const other = await openStore('second');
    await restoreStore(other, folder.file('early'));
    await restored(other, [before]);
    const after = worker('w1', before);
    await until('the plan to be settled', () => (after.assignments.at(-1)?.replicas.length ?? 0) > 0);
    await clock.sleep(milliseconds(2_000));
    const [one] = before.replicas.values();
    const late = startWorker(controller.address, {
      id: 'w2',
      replicas: new Map([['old-0', { ...one, replicaId: 'old-0' }]]),
    });
    cleanUp.push(late.leave);
    await until('its assignments', () => late.assignments.length > 0);
    await until('its old replica among them', () =>
      (late.assignments.at(-1)?.replicas ?? []).some(({ replicaId }) => replicaId === 'old-0'),
    );
  });

  it('unloads no replica of a variant that is missing in an empty registry', async () => {
    await registerAll('tiny', 'large');
    const before = worker('w1');
    await settled(router(), 2);
    await restored(await openStore('second'), [before]);
    const after = worker('w1', before);
    await until('assignments of the new leader', () => after.assignments.length > 0);
    await clock.sleep(milliseconds(3_000));
    assert.deepEqual(ids(after), ids(before));
    assert.ok(
      after.assignments.every(({ replicas }) => replicas.every(({ spec }) => spec === null)),
      'no replica is loaded',
    );
    const late = worker('w2', { ...before, replicas: before.replicas });
    await until('assignments for a worker that joins later', () => late.assignments.length > 0);
    assert.deepEqual(ids(late), ids(before));
  });

  it('rejects registrations until the plan is settled, and does not adopt an old replica for a new version', async () => {
    await registerAll('tiny');
    const before = worker('w1');
    await settled(router(), 1);
    await restored(await openStore('second'), [before]);
    await waitFor('a leader that waits', () =>
      controller.registry.registerTask({ name: 'squares', metric: 'top1' }).then(
        () => undefined,
        (error: unknown) => (String(error).includes('being adopted') ? true : undefined),
      ),
    );
    const after = worker('w1', before);
    await waitFor('the plan to be settled', () =>
      registerAll('tiny').then(
        () => true,
        () => undefined,
      ),
    );
    await until('a replica of the new registration', () =>
      (after.assignments.at(-1)?.replicas ?? []).some(({ replicaId }) => !before.replicas.has(replicaId)),
    );
    const assigned = (after.assignments.at(-1)?.replicas ?? []).map(({ replicaId }) => replicaId);
    assert.ok(assigned.every((id) => !before.replicas.has(id)));
  });
});
