// Statistics over real gRPC with fake workers: they include all counts, and never go backwards.

import assert from 'node:assert/strict';
import { milliseconds, ParetoError } from '@pareto/core';
import { defaultFleetParams } from '@pareto/policy';
import { type wire } from '@pareto/protocol';
import { createClient } from '@pareto/rpc';
import { openEmbeddedStore, type Store } from '@pareto/state';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { startWorker, type FakeWorker, type FakeWorkerOptions } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

const tiny = 'tiny:original';

describe('statistics', function () {
  this.timeout(60_000);
  let folder: TempFolder;
  let store: Store;
  let leader: TestController;
  let cleanUp: (() => unknown)[];

  const start = async (): Promise<TestController> => {
    const controller = await startController(folder.path, {}, { store, fleet: defaultFleetParams });
    cleanUp.push(() => controller[Symbol.asyncDispose]());
    return controller;
  };
  const worker = (options: FakeWorkerOptions, at = leader): FakeWorker => {
    const started = startWorker(at.address, options);
    cleanUp.push(started.leave);
    return started;
  };
  const registerTiny = async (): Promise<number> => {
    await leader.registry.registerTask({ name: 'squares', metric: 'top1' });
    return (await registerModel(leader, 'tiny')).version;
  };
  const replicaOf = (of: FakeWorker): Promise<wire.ReplicaReportInput> =>
    waitFor('a replica', () => [...of.replicas.values()].find(({ variant }) => variant === tiny));
  /** Sets the worker's counts to `total` queries of one item each. */
  const count = async (of: FakeWorker, total: number): Promise<void> => {
    const replica = await replicaOf(of);
    const timed = { count: total, ns: total * 1_000 };
    const batches = [{ batchSize: 1, executions: total, computeInferNs: total * 1_000 }];
    const counts = { success: timed, queue: timed, computeInfer: timed, batches, lastInferenceAgeMs: 100 };
    const summed = { requests: total, items: total, executions: total, busyUs: total };
    of.replicas.set(replica.replicaId ?? '', { ...replica, ...summed, counts });
  };
  const read = async (at = leader): Promise<wire.VariantStatistics> => {
    const { variants } = await createClient(at.channel, 'pareto.v1.Routes').statistics({ variants: [tiny] });
    return variants[0] ?? assert.fail('no statistics of the variant');
  };
  const answered = async (at = leader): Promise<number | undefined> => (await read(at)).counts?.success?.count;
  /** Waits for the count. On a busy machine, a report may arrive after the time that a call waits for it. */
  const waitForAnswered = (total: number): Promise<unknown> =>
    waitFor(`${total} queries`, async () => (await answered()) === total || undefined);

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock });
    leader = await start();
  });
  afterEach(async () => {
    for (const clean of cleanUp.toReversed()) await clean();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('include the current counts of the workers', async () => {
    await registerTiny();
    const only = worker({ id: 'w1' });
    await replicaOf(only);
    assert.equal(await answered(), undefined);
    await count(only, 7);
    await waitForAnswered(7);
    const { items, executions, version, counts } = await read();
    assert.deepEqual([items, executions, version, counts?.queue], [7, 7, 1, { count: 7, ns: 7_000 }]);
    assert.deepEqual(counts?.batches, [
      { batchSize: 1, executions: 7, computeInputNs: 0, computeInferNs: 7_000, computeOutputNs: 0 },
    ]);
    const age = counts.lastInferenceAgeMs ?? assert.fail();
    assert.ok(age >= 100 && age < 5_000, `${age}`);
    assert.ok(only.reportRequests.length > 0);
  });

  it('are returned without the counts of a worker that does not respond', async () => {
    await registerTiny();
    const deaf = worker({ id: 'w1', ignoresReportNow: true });
    await count(deaf, 3);
    deaf.report();
    await waitForAnswered(3);
    assert.ok(deaf.reportRequests.length > 0);
  });

  it('add up over the processes of a worker, and start at 0 for a model that is deleted and registered again', async () => {
    const version = await registerTiny();
    const first = worker({ id: 'w1' });
    await count(first, 5);
    await waitForAnswered(5);
    first.leave();
    const second = worker({ id: 'w1', incarnation: '2' });
    await count(second, 2);
    await waitForAnswered(7);
    await leader.registry.delete({ name: 'tiny' });
    const { variants } = await createClient(leader.channel, 'pareto.v1.Routes').statistics({});
    assert.deepEqual(variants, []);
    await registerModel(leader, 'tiny');
    const again = await read();
    assert.deepEqual([again.version, again.items, again.counts], [version + 1, 0, null]);
  });

  it('never go backwards after a change of leader, because the new one waits for its workers', async () => {
    await registerTiny();
    const standby = await start();
    const before = worker({ id: 'w1' });
    await count(before, 4);
    await waitForAnswered(4);
    await assert.rejects(
      answered(standby),
      (error: unknown) => error instanceof ParetoError && error.details['pareto-leader'] === leader.address,
    );
    // The leader receives these counts but has no time to write them.
    await clock.sleep(milliseconds(600));
    await count(before, 6);
    await waitForAnswered(6);
    const candidates = (await store.range('election/')).entries.toSorted((a, b) => a.createRevision - b.createRevision);
    await store.transact({ compares: [], operations: [{ kind: 'delete', key: candidates[0]?.key ?? '' }] });
    const listed = waitFor('the standby to lead', () => read(standby).catch(() => undefined));
    await waitFor('the end of the stream', () => (before.ended() === undefined ? undefined : true));
    // With pauses of up to 2 s between attempts at each of several addresses, a worker may take this long to rejoin.
    await clock.sleep(milliseconds(7_000));
    worker({ id: 'w1', replicas: before.replicas }, standby);
    assert.equal((await listed).counts?.success?.count, 6);
    assert.equal((await read(standby)).items, 6);
  });
});
