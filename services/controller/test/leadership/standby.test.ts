// Two controllers over one store: one leads, the other is on standby.

import assert from 'node:assert/strict';
import { milliseconds, ParetoError } from '@pareto/core';
import { openEmbeddedStore, type Store } from '@pareto/state';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

const names = ['tiny', 'middle', 'large'];

describe('a standby controller', () => {
  let folder: TempFolder;
  let store: Store;
  let leader: TestController;
  let standby: TestController;
  let cleanUp: (() => unknown)[];

  const start = async (): Promise<TestController> => {
    const controller = await startController(folder.path, {}, { store });
    cleanUp.push(() => controller[Symbol.asyncDispose]());
    return controller;
  };
  const worker = (at: TestController, id: string, before?: FakeWorker): FakeWorker => {
    const options = before === undefined ? { id } : { id, replicas: before.replicas };
    const started = startWorker(at.address, options);
    cleanUp.push(started.leave);
    return started;
  };
  const router = (at: TestController, acceptFollower = false): FakeRouter => {
    const started = startRouter(at.address, undefined, acceptFollower);
    cleanUp.push(started.leave);
    return started;
  };
  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));
  const redirect = (to: TestController) => (error: unknown) =>
    error instanceof ParetoError &&
    error.code === 'failed-precondition' &&
    error.details['pareto-leader'] === to.address;
  const hasAll = (table: FakeRouter): boolean => table.ready().length >= 4;
  const registerAll = async (): Promise<void> => {
    await leader.registry.registerTask({ name: 'squares', metric: 'top1' });
    for (const name of names) await registerModel(leader, name);
  };
  /** Deletes the candidacy of the leader. */
  const depose = async (): Promise<void> => {
    const [oldest] = (await store.range('election/')).entries.toSorted((a, b) => a.createRevision - b.createRevision);
    await store.transact({ compares: [], operations: [{ kind: 'delete', key: oldest?.key ?? '' }] });
  };
  const settled = async (table: FakeRouter): Promise<readonly string[]> => {
    await until('the required variants', () => hasAll(table));
    for (let ready = table.ready(); ; ready = table.ready()) {
      await clock.sleep(milliseconds(1_200));
      if (table.ready().join() === ready.join()) return ready;
    }
  };

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock });
    leader = await start();
    standby = await start();
  });
  afterEach(async () => {
    for (const clean of cleanUp.toReversed()) await clean();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('redirects writes, workers, routers and overviews to the leader, and lists the registry itself', async () => {
    await registerAll();
    await assert.rejects(standby.registry.registerTask({ name: 'x', metric: 'top1' }), redirect(leader));
    await assert.rejects(standby.fleet.overview({}), redirect(leader));
    await assert.rejects(standby.fleet.listWorkers({}), redirect(leader));
    const lost = worker(standby, 'w1');
    const strayed = router(standby);
    await until('both redirects', () => lost.ended() !== undefined && strayed.ended() !== undefined);
    assert.ok(redirect(leader)(lost.ended()) && redirect(leader)(strayed.ended()));
    const { architectures } = await standby.registry.list({});
    assert.deepEqual(architectures.map(({ name }) => name).sort(), names.toSorted());
    const { controllers, leader: named } = await leader.fleet.overview({});
    assert.deepEqual([controllers, named], [[leader.address, standby.address], leader.address]);
  });

  it('sends the same table as the leader to a router that accepts followers', async () => {
    await registerAll();
    worker(leader, 'w1');
    worker(leader, 'w2');
    const own = router(leader);
    const ready = await settled(own);
    const follower = router(standby, true);
    await until('the same table', () => follower.ready().join() === ready.join());
    const withoutRouters = (table: FakeRouter): unknown[] =>
      [...table.rows].filter(([key]) => !key.startsWith('router/')).sort();
    assert.deepEqual(withoutRouters(follower), withoutRouters(own));
    await until('heartbeats', () => follower.messages.filter(({ heartbeat }) => heartbeat).length >= 2);
    assert.equal(follower.ended(), undefined);
    const { leader: known, routers } = await standby.fleet.overview({ acceptFollower: true });
    assert.deepEqual([known, routers.map(({ routerId }) => routerId)], ['', ['r1']]);
  });

  it('leads within seconds after the leader stops, and loads and unloads nothing because of it', async () => {
    await registerAll();
    const before = [worker(leader, 'w1'), worker(leader, 'w2')];
    const ready = await settled(router(leader));
    const held = before.map((one) => [...one.replicas.keys()].sort());
    await leader.group.stop();
    const after = before.map((one, i) => worker(standby, `w${i + 1}`, one));
    await waitFor('the standby to lead', () =>
      standby.registry.registerTask({ name: 'another', metric: 'top1' }).then(
        () => true,
        () => undefined,
      ),
    );
    const again = before.map((one, i) => worker(standby, `w${i + 1}`, after[i] ?? one));
    const table = router(standby);
    await until('assignments for both workers', () => again.every((one) => one.assignments.length > 0));
    await clock.sleep(milliseconds(2_500));
    assert.deepEqual(table.ready(), ready);
    assert.deepEqual(
      again.map((one) => [...one.replicas.keys()].sort()),
      held,
    );
  });

  it('keeps the rows of workers that it waits for, and removes those of workers that do not rejoin', async () => {
    await registerAll();
    const before = [worker(leader, 'w1'), worker(leader, 'w2')];
    const ready = await settled(router(leader));
    await clock.sleep(milliseconds(600));
    await leader.group.stop();
    const table = router(standby, true);
    await until('the previous table', () => table.ready().join() === ready.join());
    const [first] = before;
    worker(standby, 'w1', first);
    await until('w2 to be gone', () => table.ready().length > 0 && table.ready().every((row) => row.includes('w1')));
  });

  it('takes over, and the previous leader ends its streams with the address of the new one', async () => {
    await registerAll();
    const one = worker(leader, 'w1');
    const table = router(leader);
    await until('a table', () => table.rows.size > 0 && one.assignments.length > 0);
    await depose();
    await until('the end of both streams', () => one.ended() !== undefined && table.ended() !== undefined);
    assert.ok(one.ended() instanceof ParetoError);
    assert.ok(redirect(standby)(table.ended()));
    await waitFor('a redirect by the previous leader', () =>
      leader.fleet.overview({}).then(
        () => undefined,
        (error: unknown) => (redirect(standby)(error) ? true : undefined),
      ),
    );
    assert.equal((await standby.fleet.overview({})).leader, standby.address);
  });

  it('tells expired workers from present ones by the store alone', async () => {
    await registerAll();
    const gone = worker(leader, 'w1');
    worker(leader, 'w2');
    const table = router(leader);
    await settled(table);
    gone.leave();
    await until('w1 to be gone', () => !table.ready().join().includes('w1'));
    const follower = router(standby, true);
    await until('the same table', () => follower.ready().join() === table.ready().join());
    await waitFor('the load records', async () => {
      const loads = (await store.range('load/')).entries.map(({ value }) => JSON.parse(value) as { present: boolean });
      return loads.map(({ present }) => present).join() === 'false,true' ? true : undefined;
    });
  });

  it('lets the leader send heartbeats to its workers', async () => {
    const one = worker(leader, 'w1');
    await until('two heartbeats', () => one.heartbeats.length >= 2);
    assert.equal(one.heartbeats[0]?.storeAgeMs, 0);
  });
});
